#include "provider/machine.hpp"

#include "provider/real.hpp"

#include <omp.h>
#include <unistd.h>
#include <xbyak/xbyak_util.h>

namespace winodnn {
namespace {

// oneDNN's ISA values are sets of bits; avx2_vnni is not a subset of avx512_core, so none is compared by
// size.
bool allowed(unsigned effective, dnnl_cpu_isa_t wanted) {
    return (effective & unsigned(wanted)) == unsigned(wanted);
}

std::optional<isa> strongest(unsigned effective) {
    using Xbyak::util::Cpu;
    static const Cpu cpu;
    const bool avx2 = cpu.has(Cpu::tAVX2) && cpu.has(Cpu::tFMA);
    const bool avx512 = avx2 && cpu.has(Cpu::tAVX512F) && cpu.has(Cpu::tAVX512BW) && cpu.has(Cpu::tAVX512VL)
                        && cpu.has(Cpu::tAVX512DQ);
    if (allowed(effective, dnnl_cpu_isa_avx512_core_vnni) && avx512 && cpu.has(Cpu::tAVX512_VNNI))
        return isa::avx512_core_vnni;
    if (allowed(effective, dnnl_cpu_isa_avx512_core) && avx512) return isa::avx512_core;
    if (allowed(effective, dnnl_cpu_isa_avx2_vnni) && avx2 && cpu.has(Cpu::tAVX_VNNI)) return isa::avx2_vnni;
    if (allowed(effective, dnnl_cpu_isa_avx2) && avx2) return isa::avx2;
    return {};
}

std::size_t l2_bytes() {
    static const long reported = sysconf(_SC_LEVEL2_CACHE_SIZE);
    constexpr std::size_t smallest = 256 * 1024; // of any CPU with AVX2; some hypervisors report nothing
    return reported > 0 ? std::size_t(reported) : smallest;
}

} // namespace

machine_report describe_machine() {
    const dnnl_version_t *version = real().dnnl_version == nullptr ? nullptr : real().dnnl_version();
    if (version == nullptr || version->major != 3) return {{}, "oneDNN is not v3"};
    if (version->cpu_runtime != DNNL_RUNTIME_OMP) return {{}, "oneDNN's CPU runtime is not OpenMP"};
    const auto effective = unsigned(real().dnnl_get_effective_cpu_isa());
    const std::optional<isa> usable = strongest(effective);
    if (!usable) return {{}, "the instruction set is below AVX2, or capped there"};
    machine m;
    m.isa = *usable;
    m.amx_int8 = allowed(effective, dnnl_cpu_isa_avx512_core_amx);
    m.l2_bytes = l2_bytes();
    m.threads = omp_in_parallel() ? 1 : omp_get_max_threads();
    return {m, {}};
}

} // namespace winodnn
