// oneDNN's Graph API asks for convolutions through the functions that winodnn exports.
#include "winodnn/winodnn.h"

#include "dnnl.hpp"
#include "oneapi/dnnl/dnnl_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <unordered_map>
#include <vector>

namespace {

namespace graph = dnnl::graph;
using graph::logical_tensor;
using graph::op;

constexpr std::int64_t channels = 64, size = 56;
constexpr float src_scale = 0.5f, weights_scale = 0.125f, dst_scale = 16.f;

std::uint8_t expected_pixel(const std::vector<std::uint8_t> &src, const std::vector<std::int8_t> &weights,
        std::int64_t h, std::int64_t w, std::int64_t oc) {
    std::int32_t sum = 0;
    for (std::int64_t kh = 0; kh < 3; ++kh)
        for (std::int64_t kw = 0; kw < 3; ++kw) {
            const std::int64_t y = h + kh - 1, x = w + kw - 1;
            if (y < 0 || x < 0 || y >= size || x >= size) continue;
            for (std::int64_t ic = 0; ic < channels; ++ic)
                sum += src[std::size_t((y * size + x) * channels + ic)]
                       * weights[std::size_t(((oc * channels + ic) * 3 + kh) * 3 + kw)];
        }
    const float y = std::max(float(sum) * (src_scale * weights_scale), 0.f) / dst_scale;
    return std::uint8_t(std::nearbyint(std::min(y, 255.f)));
}

TEST(graph, quantized_convolution_is_taken_over) {
    using type = logical_tensor::data_type;
    using layout = logical_tensor::layout_type;
    const std::vector<std::int64_t> image = {1, size, size, channels}, kernel = {channels, channels, 3, 3};
    std::size_t id = 0;
    const auto tensor = [&](type t, const std::vector<std::int64_t> &dims) {
        return logical_tensor(id++, t, dims, layout::strided);
    };
    const logical_tensor src = tensor(type::u8, image), src_f32 = tensor(type::f32, image),
                         weights(id++, type::s8, kernel, layout::strided,
                                 logical_tensor::property_type::constant),
                         weights_f32 = tensor(type::f32, kernel), sums = tensor(type::f32, image),
                         active = tensor(type::f32, image), dst = tensor(type::u8, image);

    graph::graph g(dnnl::engine::kind::cpu);
    const auto quantization = [&](op::kind kind, float scale, const logical_tensor &from,
                                      const logical_tensor &to, const char *name) {
        op o(id++, kind, name);
        o.set_attr<std::string>(op::attr::qtype, "per_tensor");
        o.set_attr<std::vector<float>>(op::attr::scales, {scale});
        o.set_attr<std::vector<std::int64_t>>(op::attr::zps, {0});
        o.add_input(from);
        o.add_output(to);
        g.add_op(o);
    };
    quantization(op::kind::Dequantize, src_scale, src, src_f32, "src");
    quantization(op::kind::Dequantize, weights_scale, weights, weights_f32, "weights");
    op convolution(id++, op::kind::Convolution, {src_f32, weights_f32}, {sums}, "convolution");
    convolution.set_attr<std::vector<std::int64_t>>(op::attr::strides, {1, 1});
    convolution.set_attr<std::vector<std::int64_t>>(op::attr::pads_begin, {1, 1});
    convolution.set_attr<std::vector<std::int64_t>>(op::attr::pads_end, {1, 1});
    convolution.set_attr<std::vector<std::int64_t>>(op::attr::dilations, {1, 1});
    convolution.set_attr<std::int64_t>(op::attr::groups, 1);
    convolution.set_attr<std::string>(op::attr::data_format, "NXC");
    convolution.set_attr<std::string>(op::attr::weights_format, "OIX");
    g.add_op(convolution);
    g.add_op(op(id++, op::kind::ReLU, {sums}, {active}, "relu"));
    quantization(op::kind::Quantize, dst_scale, active, dst, "dst");
    g.finalize();

    const auto partitions = g.get_partitions();
    ASSERT_EQ(partitions.size(), 1u);
    ASSERT_TRUE(partitions[0].is_supported());
    const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(cpu);
    winodnn_reset_statistics();
    const auto compiled = partitions[0].compile({src, weights}, {dst}, cpu);

    std::vector<std::uint8_t> pixels(std::size_t(size * size * channels)), result(pixels.size());
    std::vector<std::int8_t> values(std::size_t(channels * channels * 9));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 7 % 31);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::int8_t(int(i * 5 % 29) - 14);
    graph::tensor from(src, cpu, pixels.data()), by(weights, cpu, values.data()), to(dst, cpu, result.data());
    for (int run = 0; run < 2; ++run) { // the second with the cached constant weights
        compiled.execute(stream, {from, by}, {to});
        stream.wait();
        std::size_t wrong = 0;
        for (std::int64_t h = 0; h < size; ++h)
            for (std::int64_t w = 0; w < size; ++w)
                for (std::int64_t oc = 0; oc < channels; oc += 7)
                    wrong += result[std::size_t((h * size + w) * channels + oc)]
                             != expected_pixel(pixels, values, h, w, oc);
        EXPECT_EQ(wrong, 0u);
    }
    winodnn_statistics_t s;
    winodnn_get_statistics(&s);
    if (s.taken_over == 0) GTEST_SKIP() << "declined: " << winodnn_last_decline_reason();
    EXPECT_EQ(s.executed, 2u);
}

} // namespace
