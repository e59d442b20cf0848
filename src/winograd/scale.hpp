// Undoing a factor in arithmetic modulo 2^32: S = odd * 2^shift * Y, hence Y = (S * inverse of odd) >> shift,
// exact for -2^(31 - shift) <= Y < 2^(31 - shift). Proof in docs/numerics.md.
#pragma once

#include <bit>
#include <cstdint>

namespace winodnn {

constexpr int shift_of_factor(std::uint32_t factor) {
    return std::countr_zero(factor);
}

constexpr std::uint32_t inverse_of_odd_part(std::uint32_t factor) {
    const std::uint32_t odd = factor >> shift_of_factor(factor);
    // Newton's iteration doubles the number of correct low bits; odd is its own inverse modulo 8.
    std::uint32_t inverse = odd;
    for (int bits = 3; bits < 32; bits *= 2) inverse *= 2u - odd * inverse;
    return inverse;
}

} // namespace winodnn
