// Quantized graphs for oneDNN's Graph API: every operation takes and gives u8 or s8 tensors, with the
// Dequantize and Quantize around it that let oneDNN fuse the three. Nothing here knows of winodnn.
#pragma once

#include "dnnl.hpp"
#include "oneapi/dnnl/dnnl_graph.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace example {

using dims = std::vector<std::int64_t>;
using data_type = dnnl::graph::logical_tensor::data_type;

// A tensor that stands for scale * (value - zero_point).
struct quantized {
    dnnl::graph::logical_tensor tensor;
    dims shape; // in the graph's data format
    data_type type = data_type::u8;
    float scale = 1.f;
    std::int64_t zero_point = 0;
};

struct convolution {
    std::int64_t channels = 64, kernel = 3, stride = 1, groups = 1;
    bool bias = true, relu = true, per_channel = true;
    data_type type = data_type::u8; // of the result
    float scale = 0.05f;
    std::int64_t zero_point = 0;
    const quantized *residual = nullptr; // added before the relu
};

class int8_graph {
public:
    // data_format: NXC or NCX. weights_format: OIX or XIO. Weights and biases are drawn from the seed.
    explicit int8_graph(
            std::string data_format = "NXC", std::string weights_format = "OIX", unsigned seed = 1);

    quantized input(std::int64_t channels, std::int64_t size, data_type type = data_type::u8,
            float scale = 0.04f, std::int64_t zero_point = 0);
    quantized add(const quantized &src, const convolution &c);
    quantized max_pool(const quantized &src, std::int64_t kernel, std::int64_t stride);
    quantized average_pool(const quantized &src); // over the whole image

    void compile();
    void run();

    std::size_t partitions() const { return steps_.size(); }
    std::vector<std::uint8_t> &data(const quantized &tensor) { return buffers_[tensor.tensor.get_id()]; }

private:
    using tensor = dnnl::graph::logical_tensor;
    struct step {
        dnnl::graph::compiled_partition compiled;
        std::vector<dnnl::graph::tensor> inputs, outputs;
    };

    tensor make(data_type type, const dims &shape, bool constant = false);
    quantized make_quantized(const dims &shape, data_type type, float scale, std::int64_t zero_point);
    dims image_shape(std::int64_t channels, std::int64_t size) const;
    std::int64_t channels_of(const quantized &q) const;
    std::int64_t size_of(const quantized &q) const { return q.shape[2]; } // of the square image
    tensor dequantize(const quantized &q);
    tensor make_weights(std::int64_t ic, const convolution &c);
    void quantize(const tensor &values, const quantized &to);
    std::vector<std::uint8_t> random_bytes(std::size_t count, int least, int most);

    const std::string data_format_, weights_format_;
    std::uint32_t random_;
    std::size_t next_id_ = 0;
    dnnl::engine cpu_ {dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_ {cpu_};
    dnnl::graph::graph graph_ {dnnl::engine::kind::cpu};
    std::map<std::size_t, std::vector<std::uint8_t>> buffers_; // by logical tensor
    std::vector<step> steps_;
};

} // namespace example
