// One implementation of a layer, ready to execute on its own weights and destination.
#pragma once

#include "implementations.hpp"
#include "layer.hpp"

#include <dnnl.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace winodnn::bench {

enum class flavour {
    layer,        // u8 destination: scales, bias, relu, as networks have it
    accumulators, // s32 destination and nothing else
};

// That values have at most.
struct bits_each {
    int source = 8, weights = 8;
};

// Random, the same in every run. Sources cover 0..255 evenly. Weights come in two kinds:
//   full_range: -128..127 evenly, for the comparison of accumulators
//   weights: bell-shaped, each output channel scaled to a largest magnitude of 127, as quantized trained
//   weights
//            are; for the times, and the u8 outputs. Even ones would need the exactness proof to split
//            the channels of layers that trained ones do not split.
struct layer_data {
    // like_trained: sources and weights by synthetic.hpp instead, the same for everything.
    layer_data(const layer &l, bool like_trained, bits_each bits = {});

    const std::vector<std::int8_t> &of(flavour f) const;

    bits_each bits;
    std::vector<std::uint8_t> src;
    std::vector<std::int8_t> weights, full_range;
    std::vector<float> bias, weights_scales;
    float src_scale = 0, dst_scale = 0; // such that the u8 outputs use their range
};

// What a program gets that asks for this convolution in the usual way. Scales and post-ops are added to attr.
convolution_pd ask(const dnnl::engine &engine, const layer &l, flavour f,
        dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct,
        const dnnl::primitive_attr &attr = {});
// oneDNN's own.
convolution_pd ask_direct(const dnnl::engine &engine, const layer &l, flavour f);

class contender {
public:
    contender(convolution_pd pd, flavour f, const layer_data &data);

    std::string name() const { return pd_.impl_info_str(); }
    void execute();
    template <typename T>
    std::vector<T> output() const {
        const T *values = static_cast<const T *>(dst_.get_data_handle());
        return {values, values + dst_.get_desc().get_size() / sizeof(T)};
    }

private:
    convolution_pd pd_;
    dnnl::stream stream_;
    dnnl::memory dst_;
    dnnl::convolution_forward convolution_;
    std::unordered_map<int, dnnl::memory> arguments_;
};

} // namespace winodnn::bench
