// A program's work, in plain dnnl.hpp: it knows nothing of winodnn.
#pragma once

#include "dnnl.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>

// A convolution and all that it is executed with. Values are small enough that oneDNN computes the same on
// machines where it uses saturating instructions.
class probe_layer {
public:
    // Throws dnnl::error.
    explicit probe_layer(const char *algorithm)
        : cpu_(dnnl::engine::kind::cpu, 0), stream_(cpu_), desc_(make_desc(cpu_, algorithm)),
          convolution_(desc_), src_(desc_.src_desc(), cpu_), weights_(desc_.weights_desc(), cpu_),
          dst_(desc_.dst_desc(), cpu_), scale_({{1}, type::f32, tag::a}, cpu_) {
        dnnl::memory user({kernel(), type::f32, tag::oihw}, cpu_);
        for (int i = 0; i < pixels; ++i)
            static_cast<std::uint8_t *>(src_.get_data_handle())[i] = std::uint8_t(i * 7 % 23);
        for (int i = 0; i < 128 * 128 * 9; ++i)
            static_cast<float *>(user.get_data_handle())[i] = float(i * 5 % 17 - 8);
        *static_cast<float *>(scale_.get_data_handle()) = 0.25f;
        dnnl::reorder(user, weights_).execute(stream_, user, weights_);
    }

    // Executes it, and gives a checksum of what it computed.
    std::uint32_t run() {
        std::memset(dst_.get_data_handle(), 0, pixels);
        convolution_.execute(
                stream_, {{DNNL_ARG_SRC, src_}, {DNNL_ARG_WEIGHTS, weights_}, {DNNL_ARG_DST, dst_},
                                 {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale_}});
        stream_.wait();
        std::uint32_t checksum = 2166136261u;
        for (int i = 0; i < pixels; ++i)
            checksum = (checksum ^ static_cast<std::uint8_t *>(dst_.get_data_handle())[i]) * 16777619u;
        return checksum;
    }

    const char *implementation() const { return desc_.impl_info_str(); }

private:
    using type = dnnl::memory::data_type;
    using tag = dnnl::memory::format_tag;

    static constexpr int pixels = 128 * 28 * 27;
    static dnnl::memory::dims kernel() { return {128, 128, 3, 3}; }

    static dnnl::convolution_forward::primitive_desc make_desc(
            const dnnl::engine &cpu, const char *algorithm) {
        const dnnl::memory::dims image = {1, 128, 28, 27}; // direct convolution is nowhere as fast
        const auto chosen = std::strcmp(algorithm, "winograd") == 0 ? dnnl::algorithm::convolution_winograd
                                                                    : dnnl::algorithm::convolution_direct;
        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_SRC, 0);
        return {cpu, dnnl::prop_kind::forward_inference, chosen, {image, type::u8, tag::nhwc},
                {kernel(), type::s8, tag::any}, {image, type::u8, tag::nhwc}, {1, 1}, {1, 1}, {1, 1}, attr};
    }

    dnnl::engine cpu_;
    dnnl::stream stream_;
    dnnl::convolution_forward::primitive_desc desc_;
    dnnl::convolution_forward convolution_;
    dnnl::memory src_, weights_, dst_, scale_;
};

// Prints the implementation and the checksum.
inline int probe(const char *algorithm) {
    try {
        probe_layer layer(algorithm);
        std::printf("impl %s checksum %08x\n", layer.implementation(), unsigned(layer.run()));
    } catch (const dnnl::error &e) {
        std::printf("refused %s\n", e.what());
    }
    return 0;
}
