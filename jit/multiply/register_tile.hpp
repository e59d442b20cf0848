// What one call of the multiply kernel covers. The packed weights and the plans are laid out for it.
#pragma once

namespace winodnn::jit {

// Tiles of a register tile.
constexpr int most_tiles = 6;

// Vectors of output channels, by their 32-bit lanes: 4 x 6 sums in the 32 registers of AVX-512, 2 x 6 in the
// 16 of AVX2, and the operands beside them.
constexpr int most_vectors(int lanes) {
    return lanes == 16 ? 4 : 2;
}

// Input channels of one step of the kernel's loop, and of what is multiplied at a time
// (pairs of s16, or fours of 8 bits, which are the same 32 bits).
constexpr int multiply_step = 8, multiply_step_s8 = 16;
constexpr int groups_per_step = multiply_step / 2;

} // namespace winodnn::jit
