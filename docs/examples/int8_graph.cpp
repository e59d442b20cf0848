#include "int8_graph.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>

namespace example {

using dnnl::graph::logical_tensor;
using dnnl::graph::op;

int8_graph::int8_graph(std::string data_format, std::string weights_format, unsigned seed)
    : data_format_(std::move(data_format)), weights_format_(std::move(weights_format)), random_(seed) {}

quantized int8_graph::input(
        std::int64_t channels, std::int64_t size, data_type type, float scale, std::int64_t zero_point) {
    const quantized q = make_quantized(image_shape(channels, size), type, scale, zero_point);
    data(q) = random_bytes(std::size_t(channels * size * size), 0, 255);
    return q;
}

quantized int8_graph::add(const quantized &src, const convolution &c) {
    const std::int64_t ic = channels_of(src), size = (size_of(src) + c.stride - 1) / c.stride;
    const std::int64_t pad = c.kernel / 2;
    const dims shape = image_shape(c.channels, size);
    const tensor from = dequantize(src), by = make_weights(ic / c.groups, c);
    tensor values = make(data_type::f32, shape);

    op o(next_id_++, op::kind::Convolution, "convolution");
    o.set_attr<dims>(op::attr::strides, {c.stride, c.stride});
    o.set_attr<dims>(op::attr::pads_begin, {pad, pad});
    o.set_attr<dims>(op::attr::pads_end, {pad, pad});
    o.set_attr<dims>(op::attr::dilations, {1, 1});
    o.set_attr<std::int64_t>(op::attr::groups, c.groups);
    o.set_attr<std::string>(op::attr::data_format, data_format_);
    o.set_attr<std::string>(op::attr::weights_format, weights_format_);
    o.add_inputs({from, by});
    if (c.bias) {
        const tensor bias = make(data_type::f32, {c.channels}, true);
        std::vector<std::uint8_t> bytes = random_bytes(std::size_t(c.channels), 0, 255);
        std::vector<float> biases(bytes.begin(), bytes.end());
        for (float &b : biases) b = (b - 128.f) / 64.f;
        std::vector<std::uint8_t> &stored = buffers_[bias.get_id()];
        stored.resize(biases.size() * sizeof(float));
        std::memcpy(stored.data(), biases.data(), stored.size());
        o.add_input(bias);
    }
    o.add_output(values);
    graph_.add_op(o);

    const auto then = [&](op::kind kind, std::vector<tensor> inputs) {
        const tensor result = make(data_type::f32, shape);
        graph_.add_op(op(next_id_++, kind, inputs, {result}, "after"));
        values = result;
    };
    if (c.residual != nullptr) then(op::kind::Add, {values, dequantize(*c.residual)});
    if (c.relu) then(op::kind::ReLU, {values});
    const quantized result = make_quantized(shape, c.type, c.scale, c.zero_point);
    quantize(values, result);
    return result;
}

quantized int8_graph::max_pool(const quantized &src, std::int64_t kernel, std::int64_t stride) {
    const std::int64_t pad = kernel / 2, size = (size_of(src) + stride - 1) / stride;
    const dims shape = image_shape(channels_of(src), size);
    const tensor values = make(data_type::f32, shape);
    op o(next_id_++, op::kind::MaxPool, {dequantize(src)}, {values}, "max_pool");
    o.set_attr<dims>(op::attr::strides, {stride, stride});
    o.set_attr<dims>(op::attr::pads_begin, {pad, pad});
    o.set_attr<dims>(op::attr::pads_end, {pad, pad});
    o.set_attr<dims>(op::attr::dilations, {1, 1});
    o.set_attr<dims>(op::attr::kernel, {kernel, kernel});
    o.set_attr<std::string>(op::attr::data_format, data_format_);
    graph_.add_op(o);
    const quantized result = make_quantized(shape, src.type, src.scale, src.zero_point);
    quantize(values, result);
    return result;
}

quantized int8_graph::average_pool(const quantized &src) {
    const dims shape = image_shape(channels_of(src), 1);
    const tensor values = make(data_type::f32, shape);
    op o(next_id_++, op::kind::AvgPool, {dequantize(src)}, {values}, "average_pool");
    o.set_attr<dims>(op::attr::strides, {1, 1});
    o.set_attr<dims>(op::attr::pads_begin, {0, 0});
    o.set_attr<dims>(op::attr::pads_end, {0, 0});
    o.set_attr<dims>(op::attr::kernel, {size_of(src), size_of(src)});
    o.set_attr<bool>(op::attr::exclude_pad, true);
    o.set_attr<std::string>(op::attr::data_format, data_format_);
    graph_.add_op(o);
    const quantized result = make_quantized(shape, src.type, src.scale, src.zero_point);
    quantize(values, result);
    return result;
}

void int8_graph::compile() {
    graph_.finalize();
    for (const auto &partition : graph_.get_partitions()) {
        if (!partition.is_supported()) throw std::runtime_error("oneDNN does not support a partition");
        const std::vector<tensor> inputs = partition.get_input_ports(),
                                  outputs = partition.get_output_ports();
        step s {partition.compile(inputs, outputs, cpu_), {}, {}};
        const auto bind = [&](const tensor &t, std::vector<dnnl::graph::tensor> &list) {
            const tensor known = s.compiled.query_logical_tensor(t.get_id());
            std::vector<std::uint8_t> &buffer = buffers_[t.get_id()];
            buffer.resize(known.get_mem_size());
            list.emplace_back(known, cpu_, buffer.data());
        };
        for (const tensor &t : inputs) bind(t, s.inputs);
        for (const tensor &t : outputs) bind(t, s.outputs);
        steps_.push_back(std::move(s));
    }
}

void int8_graph::run() {
    for (step &s : steps_) s.compiled.execute(stream_, s.inputs, s.outputs);
    stream_.wait();
}

logical_tensor int8_graph::make(data_type type, const dims &shape, bool constant) {
    using property = logical_tensor::property_type;
    return logical_tensor(next_id_++, type, shape, logical_tensor::layout_type::strided,
            constant ? property::constant : property::variable);
}

quantized int8_graph::make_quantized(
        const dims &shape, data_type type, float scale, std::int64_t zero_point) {
    return {make(type, shape), shape, type, scale, zero_point};
}

dims int8_graph::image_shape(std::int64_t channels, std::int64_t size) const {
    if (data_format_ == "NXC") return {1, size, size, channels};
    return {1, channels, size, size};
}

std::int64_t int8_graph::channels_of(const quantized &q) const {
    return q.shape[data_format_ == "NXC" ? 3 : 1];
}

logical_tensor int8_graph::dequantize(const quantized &q) {
    const tensor values = make(data_type::f32, q.shape);
    op o(next_id_++, op::kind::Dequantize, {q.tensor}, {values}, "dequantize");
    o.set_attr<std::string>(op::attr::qtype, "per_tensor");
    o.set_attr<std::vector<float>>(op::attr::scales, {q.scale});
    o.set_attr<dims>(op::attr::zps, {q.zero_point});
    graph_.add_op(o);
    return values;
}

logical_tensor int8_graph::make_weights(std::int64_t ic, const convolution &c) {
    const bool oix = weights_format_ == "OIX";
    const dims shape =
            oix ? dims {c.channels, ic, c.kernel, c.kernel} : dims {c.kernel, c.kernel, ic, c.channels};
    const tensor values = make(data_type::s8, shape, true), scaled = make(data_type::f32, shape);
    // Within 7 bits, so that oneDNN's own convolution is exact without VNNI too.
    buffers_[values.get_id()] = random_bytes(std::size_t(c.channels * ic * c.kernel * c.kernel), -63, 63);
    // Outputs of about the size that their scale is made for, whatever the number of products.
    const float scale = 0.02f / std::sqrt(float(ic * c.kernel * c.kernel));
    std::vector<float> scales(std::size_t(c.per_channel ? c.channels : 1));
    for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = scale * (1.f + 0.25f * float(i % 3));
    op o(next_id_++, op::kind::Dequantize, {values}, {scaled}, "dequantize_weights");
    o.set_attr<std::string>(op::attr::qtype, c.per_channel ? "per_channel" : "per_tensor");
    if (c.per_channel) o.set_attr<std::int64_t>(op::attr::axis, oix ? 0 : 3);
    o.set_attr<std::vector<float>>(op::attr::scales, scales);
    o.set_attr<dims>(op::attr::zps, dims(scales.size(), 0));
    graph_.add_op(o);
    return scaled;
}

void int8_graph::quantize(const tensor &values, const quantized &to) {
    op o(next_id_++, op::kind::Quantize, {values}, {to.tensor}, "quantize");
    o.set_attr<std::string>(op::attr::qtype, "per_tensor");
    o.set_attr<std::vector<float>>(op::attr::scales, {to.scale});
    o.set_attr<dims>(op::attr::zps, {to.zero_point});
    graph_.add_op(o);
}

std::vector<std::uint8_t> int8_graph::random_bytes(std::size_t count, int least, int most) {
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t &b : bytes) {
        random_ = random_ * 1664525u + 1013904223u;
        b = std::uint8_t(least + int((random_ >> 16) % unsigned(most - least + 1)));
    }
    return bytes;
}

} // namespace example
