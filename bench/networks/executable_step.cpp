#include "executable_step.hpp"

#include <chrono>
#include <cmath>
#include <cstring>

namespace demo {
namespace {

using dnnl::memory;
using data_type = memory::data_type;
using tag = memory::format_tag;

constexpr double stretch_seconds = 0.01;
constexpr int fewest_executions = 5;

memory floats(const dnnl::engine &engine, const std::vector<float> &values) {
    memory m({{static_cast<memory::dim>(values.size())}, data_type::f32, tag::a}, engine);
    std::memcpy(m.get_data_handle(), values.data(), values.size() * sizeof(float));
    return m;
}

long output_size(long input, const step &s) {
    return (input + 2 * s.padding - s.kernel) / s.stride + 1;
}

memory::desc output_desc(const tensor &input, const step &s, data_type type) {
    return {{input.dim(0), s.channels, output_size(input.dim(2), s), output_size(input.dim(3), s)}, type,
            tag::nhwc};
}

memory quantized_weights(const dnnl::engine &engine, dnnl::stream &stream, const weights &w,
        const memory::dims &dims, const memory::desc &wanted) {
    memory plain({dims, data_type::f32, tag::oihw}, engine, const_cast<float *>(w.values.data()));
    memory quantized(wanted, engine);
    dnnl::primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_DST, 1 << 0);
    const dnnl::reorder::primitive_desc pd(engine, plain.get_desc(), engine, wanted, attr);
    dnnl::reorder(pd).execute(
            stream, {{DNNL_ARG_SRC, plain}, {DNNL_ARG_DST, quantized},
                            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats(engine, w.oc_scales)}});
    stream.wait();
    return quantized;
}

dnnl::primitive_attr attributes(const step &s, const tensors &all) {
    dnnl::primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1 << 0);
    attr.set_scales_mask(DNNL_ARG_DST, 0);
    dnnl::post_ops ops;
    if (!s.residual.empty()) {
        const tensor &residual = all.at(s.residual);
        ops.append_sum(residual.scale, 0, residual.memory.get_desc().get_data_type());
    }
    if (s.relu) ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
    attr.set_post_ops(ops);
    return attr;
}

} // namespace

executable_step::executable_step(const dnnl::engine &engine, const step &s, tensors &all, generator &random)
    : engine_(engine), stream_(engine) {
    if (s.what == step::kind::convolution)
        prepare_convolution(s, all, random);
    else
        prepare_pool(s, all);

    tensor &output = all.at(s.output);
    if (!s.residual.empty())
        std::memcpy(output.memory.get_data_handle(), all.at(s.residual).bytes(), output.size());
    execute();
    // A sum reads its destination: timing on the output itself would change it.
    arguments_[DNNL_ARG_DST] = memory(output.memory.get_desc(), engine_);
}

void executable_step::prepare_convolution(const step &s, tensors &all, generator &random) {
    const tensor &input = all.at(s.input);
    const weights w = make_weights(random, s.channels, input.dim(1), s.kernel);

    // Nearly all outputs are within four deviations; a relu leaves the positive ones.
    double mean_square_out = w.variance_gain * mean_square(input);
    const float bias_deviation = static_cast<float>(0.1 * std::sqrt(mean_square_out));
    if (!s.residual.empty()) mean_square_out += mean_square(all.at(s.residual));
    const data_type type = s.relu ? data_type::u8 : data_type::s8;
    const auto scale = static_cast<float>(4 * std::sqrt(mean_square_out) / (s.relu ? 255 : 127));

    std::vector<float> bias(static_cast<std::size_t>(s.channels));
    for (float &b : bias) b = bias_deviation * random.normal();

    const memory::dims weights_dims {s.channels, input.dim(1), s.kernel, s.kernel};
    const dnnl::convolution_forward::primitive_desc pd(engine_, dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_direct, input.memory.get_desc(),
            memory::desc(weights_dims, data_type::s8, tag::any),
            memory::desc({s.channels}, data_type::f32, tag::a), output_desc(input, s, type),
            {s.stride, s.stride}, {s.padding, s.padding}, {s.padding, s.padding}, attributes(s, all));
    primitive_ = dnnl::convolution_forward(pd);
    implementation_ = pd.impl_info_str();

    arguments_ = {{DNNL_ARG_SRC, input.memory},
            {DNNL_ARG_WEIGHTS, quantized_weights(engine_, stream_, w, weights_dims, pd.weights_desc())},
            {DNNL_ARG_BIAS, floats(engine_, bias)}, {DNNL_ARG_DST, memory(pd.dst_desc(), engine_)},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, floats(engine_, {input.scale})},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, floats(engine_, w.oc_scales)},
            {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, floats(engine_, {scale})}};
    all[s.output] = {arguments_.at(DNNL_ARG_DST), scale};
}

void executable_step::prepare_pool(const step &s, tensors &all) {
    const tensor &input = all.at(s.input);
    const dnnl::pooling_forward::primitive_desc pd(engine_, dnnl::prop_kind::forward_inference,
            dnnl::algorithm::pooling_max, input.memory.get_desc(), output_desc(input, s, data_type::u8),
            {s.stride, s.stride}, {s.kernel, s.kernel}, {0, 0}, {s.padding, s.padding},
            {s.padding, s.padding});
    primitive_ = dnnl::pooling_forward(pd);
    implementation_ = pd.impl_info_str();
    arguments_ = {{DNNL_ARG_SRC, input.memory}, {DNNL_ARG_DST, memory(pd.dst_desc(), engine_)}};
    all[s.output] = {arguments_.at(DNNL_ARG_DST), input.scale};
}

void executable_step::execute() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
}

std::vector<double> executable_step::time() {
    using clock = std::chrono::steady_clock;
    execute();
    std::vector<double> seconds;
    for (double total = 0; total < stretch_seconds || std::ssize(seconds) < fewest_executions;) {
        const auto start = clock::now();
        execute();
        seconds.push_back(std::chrono::duration<double>(clock::now() - start).count());
        total += seconds.back();
    }
    return seconds;
}

} // namespace demo
