#include "dispatch/rates.hpp"

#include "isa/isa_traits.hpp"

namespace winodnn {

// Fitted to what bench/regret measured on a Zen 5, of all plans of all layers of core.txt.
rates rates_of(const machine &m) {
    const isa_traits traits = traits_of(m.isa);
    const double multiplies = m.units.multiplies, bytes = traits.vector_bytes;
    // AMX: 16 x 16 sums of 64 products in 16 cycles, of which a convolution gets about half.
    if (traits.dot_product)
        return {1.0 / multiplies, 1.0 / multiplies, 0.9 / m.units.adds,
                m.amx_int8 ? 512 : 0.93 * bytes * multiplies};
    // Two and three instructions in place of one, of which one and two multiply.
    return {1.25 / multiplies, 2.1 / multiplies, 0.9 / m.units.adds,
            m.amx_int8 ? 512 : 0.95 * bytes * multiplies / 2};
}

} // namespace winodnn
