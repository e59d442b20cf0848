#include "dispatch/rates.hpp"

#include "isa/isa_traits.hpp"

namespace winodnn {

namespace {

// Fitted to what bench/regret measured of all plans of the layers of core.txt: on a Zen 5 (near), and on a
// Cascade Lake and a Sapphire Rapids (far). Hardware prefetch hides most of what the Zen 5 reads beyond L2;
// of the Xeons, writing M back shows most.
struct beyond_l2 {
    double tile_cycles, v_cycles, m_cycles;
};
constexpr beyond_l2 near {100, 0.006, 0.015}, far {250, 0.03, 0.075};

} // namespace

rates rates_of(const machine &m) {
    const isa_traits traits = traits_of(m.isa);
    const double multiplies = m.units.multiplies, bytes = traits.vector_bytes;
    const auto &[tile, v, m_of_tiles] = m.cache.far_l3 ? far : near;
    // AMX: 16 x 16 sums of 64 products in 16 cycles, of which a convolution gets about half.
    if (traits.dot_product)
        return {1.0 / multiplies, 1.0 / multiplies, 0.9 / m.units.adds,
                m.amx_int8 ? 512 : 0.93 * bytes * multiplies, tile, v, m_of_tiles};
    // Two and three instructions in place of one, of which one and two multiply.
    return {1.25 / multiplies, 2.1 / multiplies, 0.9 / m.units.adds,
            m.amx_int8 ? 512 : 0.95 * bytes * multiplies / 2, tile, v, m_of_tiles};
}

} // namespace winodnn
