#include "provider/execution/convolution_executable.hpp"

#include "provider/calibration/calibrating.hpp"
#include "provider/creation/convolution_description.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/data_types.hpp"
#include "provider/reorder/packing_record.hpp"
#include "provider/report/statistics.hpp"
#include "provider/report/verbose.hpp"
#include "provider/threads/runtime.hpp"
#include "weights/block_header.hpp"

#include <algorithm>

namespace winodnn {

convolution_executable::convolution_executable(const convolution_description &description)
    : description_(description),
      layout_(layout_for(description.described(), description.variants().front().plan)), weights_(layout_),
      record_(packing_record_of(layout_)), attribute_arguments_(description.attributes()),
      by_onednn_(description) {
    const problem &p = description.described();
    for (const convolution_variant &v : description.variants())
        variants_.push_back({v.key, v.plan.numbers, convolution(p, v.plan, v.quantizers),
                verbose_events() ? description.describe_execution(v.plan) : std::string()});
    src_bytes_ = std::size_t(p.src_extent()) * size_of(p.src);
    dst_bytes_ = std::size_t(p.dst_extent()) * size_of(p.dst);
    if (!description.user_scratchpad()) membership_.emplace(scratch_pool::shared());
}

run_args convolution_executable::read(const execution_arguments &arguments) const {
    run_args r;
    const auto desc = [&](dnnl_query_t what) {
        return real().dnnl_primitive_desc_query_md(description_.onednn_desc(), what, 0);
    };
    r.src = arguments.tensor(DNNL_ARG_SRC, "the source", desc(dnnl_query_src_md), src_bytes_);
    r.dst = arguments.tensor(DNNL_ARG_DST, "the destination", desc(dnnl_query_dst_md), dst_bytes_);

    r.weights = read_weights(arguments);
    if (const problem &p = description_.described(); p.bias)
        r.bias = arguments.values(DNNL_ARG_BIAS, "the bias", type_of(*p.bias), p.oc);
    return r;
}

packed_block convolution_executable::read_weights(const execution_arguments &arguments) const {
    constexpr const char *name = "the weights memory";
    const dnnl_memory_t weights = arguments.memory(DNNL_ARG_WEIGHTS, name);
    // By its desc: plain weights of the same dims would be read as a packed block.
    if (real().dnnl_memory_desc_equal(desc_of(weights), description_.weights_desc()) == 0)
        throw invalid_argument {"the weights are not in the format of weights_desc()"};
    const expected<packed_block> block = weights_.check(arguments.buffer(weights, name));
    if (!block) throw invalid_argument {block.error().text()};
    return *block;
}

void convolution_executable::read_quantization(const execution_arguments &arguments, run_args &r) const {
    const problem &p = description_.described();
    const auto channels = [&](int arg) { return arg == DNNL_ARG_SRC ? p.ic : p.oc; };
    const auto scales = [&](int arg, const char *name, bool per_oc) {
        return arguments.attribute_values(DNNL_ARG_ATTR_SCALES | arg, name,
                description_.attributes().scales.at(arg).type, per_oc ? p.oc : 1, channels(arg));
    };
    using weights_scale_kind = problem::weights_scale_kind;
    if (p.src_scale) r.src_scale = scales(DNNL_ARG_SRC, "the source scale", false);
    if (p.dst_scale) r.dst_scale = scales(DNNL_ARG_DST, "the destination scales", p.dst_scale_per_oc);
    if (p.weights_scale != weights_scale_kind::none)
        r.weights_scale = scales(
                DNNL_ARG_WEIGHTS, "the weights' scales", p.weights_scale == weights_scale_kind::per_oc);

    const auto zero_points = [&](int arg, const char *name, bool per_channel) {
        return arguments.attribute_values(DNNL_ARG_ATTR_ZERO_POINTS | arg, name,
                description_.attributes().zero_points.at(arg).type, per_channel ? channels(arg) : 1,
                channels(arg));
    };
    if (p.src_zero_point)
        r.src_zero_points = zero_points(DNNL_ARG_SRC, "the source zero points", p.src_zero_point_per_ic);
    if (p.dst_zero_point)
        r.dst_zero_points = zero_points(DNNL_ARG_DST, "the destination zero points", p.dst_zero_point_per_oc);
}

convolution_executable::operand_list convolution_executable::read_operands(
        const execution_arguments &arguments) const {
    const problem &p = description_.described();
    operand_list operands {};
    for (std::size_t i = 0; i < p.post_ops.size(); ++i) {
        const post_op &op = p.post_ops[i];
        if (!op.has_operand()) continue;
        const bool prelu = op.op == post_op::kind::prelu;
        const int arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(int(i)) | (prelu ? DNNL_ARG_WEIGHTS : DNNL_ARG_SRC_1);
        const dim count = op.operand == post_op::broadcast::common   ? 1
                          : op.operand == post_op::broadcast::per_oc ? p.oc
                                                                     : p.extent_of(op.operand_strides);
        operands[i] = arguments.values(arg, "a post-op's operand", type_of(op.type), count).data;
    }
    return operands;
}

// The first is for weights that are packed exactly.
const convolution_executable::variant &convolution_executable::variant_for(const run_args &args) const {
    const number_system &numbers = args.weights.numbers;
    if (numbers == exact) return variants_.front();
    for (const variant &v : variants_)
        if (v.numbers == numbers && !numbers.quantized) return v;
    for (const variant &v : variants_)
        if (v.numbers == numbers && v.key.identity == args.weights.identity
                && are_zero_points(v.key.zero_points, description_.described(), args.src_zero_points))
            return v;
    throw left_to_onednn {"the weights were quantized by another calibration, or for other zero points"};
}

convolution_executable::chained_reading convolution_executable::read_for_chain(
        const execution_arguments &arguments, int nargs, const dnnl_exec_arg_t *args) const {
    chained_reading result {read(arguments), read_operands(arguments), 0};
    attribute_arguments_.confirm(nargs, args);
    read_quantization(arguments, result.args);
    result.variant = static_cast<std::size_t>(&variant_for(result.args) - variants_.data());
    return result;
}

const convolution_executable::variant &convolution_executable::compute(
        run_args &args, dnnl_stream_t stream, const thread_team &team) const {
    const variant *chosen = &variant_for(args);
    const eltwise_stages::run stages(description_.stages(), stream);
    args.stages = &stages;
    switch (chosen->computation.execute(args, team)) {
        case run_result::computed: break;
        case run_result::beyond_proof:
            throw left_to_onednn {"no proof covers source zero points this far outside the source data type"};
        case run_result::broken_promise:
            throw left_to_onednn {"a value of the source has more bits than were promised"};
        case run_result::stage_failed:
            if (verbose_refusals())
                print_refusal("exec:failed", description_.info(), "oneDNN could not execute a post-op");
            throw failure {dnnl_runtime_error};
    }
    if (is_observing()) observe(description_.described(), layout_, args);
    return *chosen;
}

const convolution_executable::variant &convolution_executable::run(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const {
    const execution_arguments arguments(nargs, args);
    run_args r = read(arguments);
    const operand_list operands = read_operands(arguments);
    r.operands = operands.data();
    const bool user_scratchpad = description_.user_scratchpad();
    void *users = user_scratchpad ? arguments.data(
                          DNNL_ARG_SCRATCHPAD, "the scratchpad", description_.scratchpad_bytes())
                                  : nullptr;
    // What may leave the execution to oneDNN comes behind what makes it invalid.
    attribute_arguments_.confirm(nargs, args);
    read_quantization(arguments, r);
    if (user_scratchpad) {
        r.scratchpad = users;
        return compute(r, stream, team);
    }
    const scratch_pool::lease scratch(scratch_pool::shared(), description_.scratchpad_bytes());
    r.scratchpad = scratch.data();
    return compute(r, stream, team);
}

dnnl_status_t convolution_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    std::string left; // why to oneDNN
    try {
        take_turn(stream, description_.engine());
        const stopwatch watch; // not of what the stream had to do before
        threadpool_team own;
        const thread_team &team = host_runtime()->threads->team_on(stream, own);
        try {
            const variant &executed = run(stream, nargs, args, team);
            count_executed(false);
            if (record_ != nullptr) record_->executions.fetch_add(1, std::memory_order_relaxed);
            if (verbose_events()) print_event("exec", executed.info, watch.milliseconds());
            return dnnl_success;
        } catch (const left_to_onednn &caught) {
            left = caught.reason;
        }
        by_onednn_.run(stream, nargs, args, team);
        count_executed(true);
        if (verbose_events())
            print_event("exec:onednn", description_.info() + "," + left, watch.milliseconds());
        return dnnl_success;
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", description_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
}

} // namespace winodnn
