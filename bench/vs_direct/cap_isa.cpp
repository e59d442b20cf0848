#include "cap_isa.hpp"

#include <dnnl.hpp>

#include <stdexcept>

namespace winodnn::bench {
namespace {

struct named_isa {
    const char *name;
    dnnl::cpu_isa isa;
};

constexpr named_isa caps[] = {
        {"avx2", dnnl::cpu_isa::avx2},
        {"avx2_vnni", dnnl::cpu_isa::avx2_vnni},
        {"avx512_core", dnnl::cpu_isa::avx512_core},
        {"avx512_core_vnni", dnnl::cpu_isa::avx512_core_vnni},
};

} // namespace

void cap_isa(const std::string &name) {
    if (name == "native") return;
    for (const named_isa &cap : caps) {
        if (name != cap.name) continue;
        dnnl::set_max_cpu_isa(cap.isa);
        if (dnnl::get_effective_cpu_isa() != cap.isa)
            throw std::runtime_error("this machine does not have " + name);
        return;
    }
    throw std::invalid_argument("there is no ISA called " + name);
}

} // namespace winodnn::bench
