#include "machine/caches.hpp"

#include <xbyak/xbyak_util.h>

namespace winodnn {

namespace {

// CPUID's list of caches has one format with both makers, but not one place: Intel's Software Developer's
// Manual, leaf 4, and AMD's Architecture Programmer's Manual, volume 3, leaf 8000001D. (What the C library
// says of L3 is all of the socket's with AMD, of which a core reaches a part only.)
constexpr unsigned intel_leaf = 4, amd_leaf = 0x8000001d, most_caches = 8;

unsigned bits(unsigned value, unsigned first, unsigned count) {
    return value >> first & ((1u << count) - 1);
}

cache_sizes read() {
    using Xbyak::util::Cpu;
    // The smallest that CPUs with AVX2 have: some hypervisors report nothing.
    cache_sizes found {256 * 1024, 2 * 1024 * 1024};
    const bool is_amd = Cpu().has(Cpu::tAMD);
    const unsigned leaf = is_amd ? amd_leaf : intel_leaf;
    for (unsigned index = 0; index < most_caches; ++index) {
        unsigned r[4] = {}; // eax, ebx, ecx, edx
        Cpu::getCpuidEx(leaf, index, r);
        const unsigned type = bits(r[0], 0, 5), level = bits(r[0], 5, 3);
        if (type == 0) break;
        const std::size_t ways = bits(r[1], 22, 10) + 1, partitions = bits(r[1], 12, 10) + 1,
                          line = bits(r[1], 0, 12) + 1, sets = std::size_t {r[2]} + 1;
        if (level == 2) found.l2 = ways * partitions * line * sets;
        if (level != 3) continue;
        found.l3 = ways * partitions * line * sets;
        // Intel's L3 is inclusive where a ring connects the cores.
        found.far_l3 = !is_amd && bits(r[3], 1, 1) == 0;
    }
    return found;
}

} // namespace

cache_sizes caches() {
    static const cache_sizes known = read();
    return known;
}

} // namespace winodnn
