#include "provider/convolution_executable.hpp"

#include "provider/arguments.hpp"
#include "provider/convolution_description.hpp"
#include "provider/statistics.hpp"
#include "provider/verbose.hpp"

namespace winodnn {

convolution_executable::convolution_executable(const convolution_description &says)
    : says_(says), convolution_(says.described(), says.chosen()) {
    const problem &p = says.described();
    src_bytes_ = std::size_t(p.src_extent()) * size_of(p.src);
    dst_bytes_ = std::size_t(p.dst_extent()) * size_of(p.dst);
    if (!says.user_scratchpad()) membership_.emplace(scratch_pool::shared());
}

run_args convolution_executable::read(const execution_arguments &given) const {
    const problem &p = says_.described();
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
    r.weights = data_of(weights, "the weights memory");

    if (p.bias != problem::bias_kind::none)
        r.bias = given.data(DNNL_ARG_BIAS, "the bias", std::size_t(p.oc) * sizeof(float));

    const auto scales = [&](int arg, const char *name, dim count) {
        return static_cast<const float *>(given.values(DNNL_ARG_ATTR_SCALES | arg, name, dnnl_f32, count));
    };
    if (p.src_scale) r.src_scale = scales(DNNL_ARG_SRC, "the source scale", 1);
    if (p.dst_scale) r.dst_scale = scales(DNNL_ARG_DST, "the destination scale", 1);
    if (p.weights_scale != problem::weights_scale_kind::none)
        r.weights_scale = scales(DNNL_ARG_WEIGHTS, "the weights' scales",
                p.weights_scale == problem::weights_scale_kind::per_oc ? p.oc : 1);

    const auto zero_point = [&](int arg, const char *name) {
        return *static_cast<const std::int32_t *>(
                given.values(DNNL_ARG_ATTR_ZERO_POINTS | arg, name, dnnl_s32, 1));
    };
    if (p.src_zero_point) r.src_zero_point = zero_point(DNNL_ARG_SRC, "the source zero point");
    if (p.dst_zero_point) r.dst_zero_point = zero_point(DNNL_ARG_DST, "the destination zero point");
    return r;
}

void convolution_executable::run(const execution_arguments &given) const {
    run_args r = read(given);
    const auto execute_with = [&](void *scratchpad) {
        r.scratchpad = scratchpad;
        if (const char *reason = convolution_.execute(r); reason != nullptr) throw invalid_argument {reason};
    };
    if (says_.user_scratchpad()) {
        execute_with(given.data(DNNL_ARG_SCRATCHPAD, "the scratchpad", says_.scratchpad_bytes()));
        return;
    }
    const scratch_pool::lease scratch(scratch_pool::shared(), says_.scratchpad_bytes());
    execute_with(scratch.data());
}

dnnl_status_t convolution_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    const stopwatch watch;
    try {
        check_stream(stream, says_.engine());
        run(execution_arguments(nargs, args));
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", says_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
    count_executed();
    if (verbose_events()) print_event("exec", says_.info(), watch.milliseconds());
    return dnnl_success;
}

} // namespace winodnn
