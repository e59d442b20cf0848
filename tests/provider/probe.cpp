// The probe as a program. Arguments: algorithm [ISA cap to set by dnnl_set_max_cpu_isa].
#include "probe.hpp"

#include <string>

int main(int argc, char **argv) {
    const std::string cap = argc > 2 ? argv[2] : "";
    if (cap == "avx2") dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
    if (cap == "avx512_core") dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx512_core);
    if (cap == "sse41") dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
    return probe(argc > 1 ? argv[1] : "direct");
}
