#include "dispatch/rates.hpp"

namespace winodnn {

// Measured on one core of a Zen 4 at 3.5 GHz: direct by bench/vs_direct over core.txt, the others by
// bench/stages. CPUs with 512-bit wide units do all of it about twice as fast, in proportion.
isa_rates rates_of(isa i) {
    switch (i) {
        case isa::avx2: return {31, 22, 0.15, 0.54, 28, 0.25, 0.70};
        // Not seen yet: the halves of AVX-512 VNNI's rates for the multiplies, AVX2's for the transforms.
        case isa::avx2_vnni: return {32, 15, 0.15, 0.54, 30, 0.22, 0.70};
        case isa::avx512_core: return {31, 21, 0.17, 0.35, 28, 0.24, 0.41};
        case isa::avx512_core_vnni: return {65, 30, 0.17, 0.35, 59, 0.22, 0.41};
    }
    return {};
}

} // namespace winodnn
