#include "isa_name.hpp"

#include <dnnl.hpp>

namespace winodnn::bench {

const char *isa_name() {
    switch (dnnl::get_effective_cpu_isa()) {
        case dnnl::cpu_isa::sse41: return "sse41";
        case dnnl::cpu_isa::avx: return "avx";
        case dnnl::cpu_isa::avx2: return "avx2";
        case dnnl::cpu_isa::avx2_vnni: return "avx2_vnni";
        case dnnl::cpu_isa::avx512_core: return "avx512_core";
        case dnnl::cpu_isa::avx512_core_vnni: return "avx512_core_vnni";
        case dnnl::cpu_isa::avx512_core_bf16: return "avx512_core_bf16";
        case dnnl::cpu_isa::avx512_core_fp16: return "avx512_core_fp16";
        case dnnl::cpu_isa::avx512_core_amx: return "avx512_core_amx";
        default: break;
    }
    const auto bits = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto amx = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_amx);
    return (bits & amx) == amx ? "avx512_core_amx or newer" : "another";
}

} // namespace winodnn::bench
