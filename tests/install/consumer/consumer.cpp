// A program of somebody else's: oneDNN's API and nothing of ours, an int8 convolution that winodnn takes
// over.
#include <dnnl.hpp>

#include <cstdio>
#include <cstring>

int main() {
    using dnnl::memory;
    // The cap under which every machine's direct convolution is slower.
    dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);

    const auto any = memory::format_tag::any;
    const auto nhwc = memory::format_tag::nhwc;
    const memory::desc src({1, 64, 28, 28}, memory::data_type::u8, nhwc);
    const memory::desc weights({64, 64, 3, 3}, memory::data_type::s8, any);
    const memory::desc dst({1, 64, 28, 28}, memory::data_type::u8, nhwc);

    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const dnnl::convolution_forward::primitive_desc pd(engine, dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_direct, src, weights, dst, {1, 1}, {1, 1}, {1, 1});
    std::printf("%s\n", pd.impl_info_str());
    return std::strncmp(pd.impl_info_str(), "wino:", 5) == 0 ? 0 : 1;
}
