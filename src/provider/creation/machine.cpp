#include "provider/creation/machine.hpp"

#include "jit/base/code_pages.hpp"
#include "provider/creation/weights_growth.hpp"
#include "provider/onednn/real.hpp"
#include "provider/threads/runtime.hpp"

#include <iterator>
#include <utility>

namespace winodnn {
namespace {

// oneDNN's ISA values are sets of bits; avx2_vnni is not a subset of avx512_core, so none is compared by
// size.
bool allowed(unsigned effective, dnnl_cpu_isa_t wanted) {
    return (effective & unsigned(wanted)) == unsigned(wanted);
}

std::optional<isa> strongest(unsigned effective) {
    constexpr std::pair<isa, dnnl_cpu_isa_t> by_strength[] = {
            {isa::avx512_core_vnni, dnnl_cpu_isa_avx512_core_vnni},
            {isa::avx512_core, dnnl_cpu_isa_avx512_core},
            {isa::avx2_vnni, dnnl_cpu_isa_avx2_vnni},
            {isa::avx2, dnnl_cpu_isa_avx2},
    };
    static_assert(std::size(by_strength) == std::size(all_isas), "every ISA is used where it may be");
    for (const auto &[candidate, bits] : by_strength)
        if (allowed(effective, bits) && cpu_has(candidate)) return candidate;
    return {};
}

} // namespace

expected<machine> describe_machine() {
    const auto unusable = [](const auto &text) { return refuse(refusal_reason::machine, text); };
    const dnnl_version_t *version = real().dnnl_version == nullptr ? nullptr : real().dnnl_version();
    if (version == nullptr || version->major != 3) return unusable("oneDNN is not v3");
    if (!host_runtime()) return tl::unexpected(host_runtime().error());
    const auto effective = unsigned(real().dnnl_get_effective_cpu_isa());
    const std::optional<isa> usable = strongest(effective);
    if (!usable) return unusable("the instruction set is below AVX2, or capped there");
    if (!jit::may_execute_code())
        return unusable("the process may not execute code that it has written: MemoryDenyWriteExecute, "
                        "SELinux or the like forbids it");
    machine m;
    m.isa = *usable;
    m.amx_int8 = allowed(effective, dnnl_cpu_isa_avx512_core_amx);
    m.cache = caches();
    m.units = units_of(m.isa);
    m.threads = host_runtime()->threads->threads();
    m.max_weights_growth = max_weights_growth();
    return m;
}

} // namespace winodnn
