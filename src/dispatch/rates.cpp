#include "dispatch/rates.hpp"

#include "isa/isa_traits.hpp"

namespace winodnn {

namespace {

// Fitted to what bench/regret measured of all plans of the layers of core.txt: on a Zen 5 (near L3), and on a
// Cascade Lake and a Sapphire Rapids (far). Hardware prefetch hides most of what the Zen 5 reads beyond L2.
constexpr memory_cycles near {0.2, 0.01, 0.006, 0.015}, far {0.4, 0.02, 0.03, 0.075};

} // namespace

rates rates_of(const machine &m) {
    const isa_traits traits = traits_of(m.isa);
    const double multiplies = m.units.multiplies, bytes = traits.vector_bytes;
    const memory_cycles &memory = m.cache.far_l3 ? far : near;
    const double transform = 0.9 / m.units.adds;
    // AMX: 16 x 16 sums of 64 products in 16 cycles, of which a convolution gets about half.
    if (traits.dot_product) {
        // Conversions have ports of their own where a CPU adds more often than it multiplies, on AMD's.
        const double quantized = m.units.adds > m.units.multiplies ? transform : 1.3 / m.units.adds;
        return {1.0 / multiplies, 1.0 / multiplies, transform, quantized,
                m.amx_int8 ? 512 : 0.93 * bytes * multiplies, memory};
    }
    // Two and three instructions in place of one, of which one and two multiply.
    return {1.25 / multiplies, 2.1 / multiplies, transform, transform,
            m.amx_int8 ? 512 : 0.95 * bytes * multiplies / 2, memory};
}

} // namespace winodnn
