// A program's work, in plain dnnl.hpp: it knows nothing of winodnn.
#pragma once

#include "dnnl.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>

// Prints the implementation and a checksum of what it computed. Values are small enough that oneDNN computes
// the same on machines where it uses saturating instructions.
inline int probe(const char *algorithm) {
    using namespace dnnl;
    using type = memory::data_type;
    using tag = memory::format_tag;
    const engine cpu(engine::kind::cpu, 0);
    stream stream(cpu);
    const memory::dims image = {1, 64, 12, 11}, kernel = {64, 64, 3, 3};
    const auto chosen = std::strcmp(algorithm, "winograd") == 0 ? algorithm::convolution_winograd
                                                                : algorithm::convolution_direct;
    primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    try {
        const convolution_forward::primitive_desc desc(cpu, prop_kind::forward_inference, chosen,
                {image, type::u8, tag::nhwc}, {kernel, type::s8, tag::any}, {image, type::u8, tag::nhwc},
                {1, 1}, {1, 1}, {1, 1}, attr);
        memory src(desc.src_desc(), cpu), user({kernel, type::f32, tag::oihw}, cpu),
                weights(desc.weights_desc(), cpu), dst(desc.dst_desc(), cpu),
                scale({{1}, type::f32, tag::a}, cpu);
        for (int i = 0; i < 64 * 12 * 11; ++i)
            static_cast<std::uint8_t *>(src.get_data_handle())[i] = std::uint8_t(i * 7 % 23);
        for (int i = 0; i < 64 * 64 * 9; ++i)
            static_cast<float *>(user.get_data_handle())[i] = float(i * 5 % 17 - 8);
        *static_cast<float *>(scale.get_data_handle()) = 0.25f;
        reorder(user, weights).execute(stream, user, weights);
        convolution_forward(desc).execute(
                stream, {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, dst},
                                {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale}});
        stream.wait();
        std::uint32_t checksum = 2166136261u;
        for (int i = 0; i < 64 * 12 * 11; ++i)
            checksum = (checksum ^ static_cast<std::uint8_t *>(dst.get_data_handle())[i]) * 16777619u;
        std::printf("impl %s checksum %08x\n", desc.impl_info_str(), unsigned(checksum));
    } catch (const error &e) {
        std::printf("refused %s\n", e.what());
    }
    return 0;
}
