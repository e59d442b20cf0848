#include "provider/convolution_executable.hpp"

#include "provider/arguments.hpp"
#include "provider/calibrating.hpp"
#include "provider/convolution_description.hpp"
#include "provider/declined.hpp"
#include "provider/statistics.hpp"
#include "provider/threads/runtime.hpp"
#include "provider/verbose.hpp"
#include "weights/block_header.hpp"

#include <algorithm>

namespace winodnn {

convolution_executable::convolution_executable(const convolution_description &says)
    : says_(says), layout_(layout_for(says.described(), says.variants().front().how)) {
    const problem &p = says.described();
    for (const convolution_variant &v : says.variants())
        variants_.push_back({v.identity, convolution(p, v.how, v.quantizers),
                verbose_events() ? says.describe_execution(v.how) : std::string()});
    src_bytes_ = std::size_t(p.src_extent()) * size_of(p.src);
    dst_bytes_ = std::size_t(p.dst_extent()) * size_of(p.dst);
    if (!says.user_scratchpad()) membership_.emplace(scratch_pool::shared());
}

run_args convolution_executable::read(const execution_arguments &given) const {
    run_args r;
    const auto desc = [&](dnnl_query_t what) {
        return real().dnnl_primitive_desc_query_md(says_.beside(), what, 0);
    };
    r.src = given.tensor(DNNL_ARG_SRC, "the source", desc(dnnl_query_src_md), src_bytes_);
    r.dst = given.tensor(DNNL_ARG_DST, "the destination", desc(dnnl_query_dst_md), dst_bytes_);

    // By its desc: plain weights of the same dims would be read as a packed block.
    const dnnl_memory_t weights = given.memory(DNNL_ARG_WEIGHTS, "the weights memory");
    if (real().dnnl_memory_desc_equal(desc_of(weights), says_.weights_desc()) == 0)
        throw invalid_argument {"the weights are not in the format of weights_desc()"};
    r.weights = given.buffer(weights, "the weights memory");

    read_quantization(given, r);
    return r;
}

void convolution_executable::read_quantization(const execution_arguments &given, run_args &r) const {
    const problem &p = says_.described();
    const auto read = [&](int arg, const char *name, dnnl_data_type_t type, bool per_channel, dim channels) {
        return given.values(arg, name, type, per_channel ? channels : 1);
    };
    if (p.bias) r.bias = read(DNNL_ARG_BIAS, "the bias", type_of(*p.bias), true, p.oc);

    const auto scales = [&](int arg, const char *name, bool per_oc) {
        return read(DNNL_ARG_ATTR_SCALES | arg, name, says_.facts().scales.at(arg).type, per_oc, p.oc);
    };
    using weights_scale_kind = problem::weights_scale_kind;
    if (p.src_scale) r.src_scale = scales(DNNL_ARG_SRC, "the source scale", false);
    if (p.dst_scale) r.dst_scale = scales(DNNL_ARG_DST, "the destination scales", p.dst_scale_per_oc);
    if (p.weights_scale != weights_scale_kind::none)
        r.weights_scale = scales(
                DNNL_ARG_WEIGHTS, "the weights' scales", p.weights_scale == weights_scale_kind::per_oc);

    const auto zero_points = [&](int arg, const char *name, bool per_channel, dim channels) {
        return read(DNNL_ARG_ATTR_ZERO_POINTS | arg, name, says_.facts().zero_points.at(arg).type,
                per_channel, channels);
    };
    if (p.src_zero_point)
        r.src_zero_points =
                zero_points(DNNL_ARG_SRC, "the source zero points", p.src_zero_point_per_ic, p.ic);
    if (p.dst_zero_point)
        r.dst_zero_points =
                zero_points(DNNL_ARG_DST, "the destination zero points", p.dst_zero_point_per_oc, p.oc);
}

convolution_executable::operand_list convolution_executable::read_operands(
        const execution_arguments &given) const {
    const problem &p = says_.described();
    operand_list operands {};
    for (std::size_t i = 0; i < p.post_ops.size(); ++i) {
        const post_op &op = p.post_ops[i];
        if (!op.has_operand()) continue;
        const bool prelu = op.op == post_op::kind::prelu;
        const int arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(int(i)) | (prelu ? DNNL_ARG_WEIGHTS : DNNL_ARG_SRC_1);
        const dim count = op.operand == post_op::broadcast::common   ? 1
                          : op.operand == post_op::broadcast::per_oc ? p.oc
                                                                     : p.extent_of(op.operand_strides);
        operands[i] = given.values(arg, "a post-op's operand", type_of(op.type), count).data;
    }
    return operands;
}

// The first is for weights that are packed exactly. A block that was not packed is for whichever notices.
const convolution_executable::variant &convolution_executable::variant_for(const void *block) const {
    if (!numbers_of(block).quantized) return variants_.front();
    const std::uint64_t identity = identity_of(layout_, block);
    const auto found =
            std::ranges::find(variants_.begin() + 1, variants_.end(), identity, &variant::identity);
    return found == variants_.end() ? variants_.front() : *found;
}

const convolution_executable::variant &convolution_executable::run(
        const execution_arguments &given, dnnl_stream_t stream) const {
    threadpool_team own;
    const thread_team &team = host_runtime().usable->team_on(stream, own);
    run_args r = read(given);
    const operand_list operands = read_operands(given);
    r.operands = operands.data();
    const eltwise_stages::run stages(says_.stages(), stream);
    r.stages = &stages;
    const variant &chosen = variant_for(r.weights);
    const auto execute_with = [&](void *scratchpad) {
        r.scratchpad = scratchpad;
        if (const char *reason = chosen.how.execute(r, team); reason != nullptr)
            throw invalid_argument {reason};
        if (is_observing()) observe(says_.described(), layout_, r);
    };
    if (says_.user_scratchpad()) {
        execute_with(given.data(DNNL_ARG_SCRATCHPAD, "the scratchpad", says_.scratchpad_bytes()));
        return chosen;
    }
    const scratch_pool::lease scratch(scratch_pool::shared(), says_.scratchpad_bytes());
    execute_with(scratch.data());
    return chosen;
}

dnnl_status_t convolution_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    try {
        take_turn(stream, says_.engine());
        const stopwatch watch; // not of what the stream had to do before
        const variant &executed = run(execution_arguments(nargs, args), stream);
        count_executed();
        if (verbose_events()) print_event("exec", executed.info, watch.milliseconds());
        return dnnl_success;
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", says_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
}

} // namespace winodnn
