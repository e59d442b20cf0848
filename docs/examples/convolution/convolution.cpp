// A program of somebody else's: oneDNN's API and nothing of winodnn's. One int8 convolution with relu; prints
// who computes it, and ends with status 0 if that is winodnn.
#include <dnnl.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <numeric>

int main() {
    using dnnl::memory;
    using type = memory::data_type;
    // The cap under which every machine's direct convolution is slower, so that the example shows something
    // everywhere.
    dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);

    const memory::dims image = {1, 64, 28, 28}, kernel = {64, 64, 3, 3};
    const auto nhwc = memory::format_tag::nhwc;
    dnnl::post_ops relu;
    relu.append_eltwise(dnnl::algorithm::eltwise_relu, 0.f, 0.f);
    dnnl::primitive_attr attr;
    attr.set_post_ops(relu);

    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    // The weights in any format, and reordered into it: that is what lets winodnn pack them.
    const dnnl::convolution_forward::primitive_desc pd(engine, dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_direct, {image, type::u8, nhwc},
            {kernel, type::s8, memory::format_tag::any}, {image, type::u8, nhwc}, {1, 1}, {1, 1}, {1, 1},
            attr);

    memory src(pd.src_desc(), engine), plain({kernel, type::s8, memory::format_tag::oihw}, engine),
            weights(pd.weights_desc(), engine), dst(pd.dst_desc(), engine);
    std::memset(src.get_data_handle(), 1, src.get_desc().get_size());
    std::memset(plain.get_data_handle(), 0, plain.get_desc().get_size());
    auto *first_filter = static_cast<std::int8_t *>(plain.get_data_handle());
    std::iota(first_filter, first_filter + 9, std::int8_t(1)); // 1 to 9 on the first channel

    dnnl::reorder(plain, weights).execute(stream, plain, weights);
    dnnl::convolution_forward(pd).execute(
            stream, {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, dst}});
    stream.wait();

    const auto *values = static_cast<const std::uint8_t *>(dst.get_data_handle());
    const int inside = values[(28 + 1) * 64]; // where no padding is seen: 1 + 2 + ... + 9
    std::printf("%s: %d\n", pd.impl_info_str(), inside);
    return std::strncmp(pd.impl_info_str(), "wino:", 5) == 0 && inside == 45 ? 0 : 1;
}
