// What one call of the multiply kernel covers. Packed weights, plans and the kernel are laid out for it: all
// of them ask here.
#pragma once

#include "isa/isa_traits.hpp"

namespace winodnn {

// Sums that are kept in registers: so many tiles times so many vectors of output channels, at most.
struct register_tile {
    int tiles;
    int vectors;
    int lanes; // 32-bit ones of a vector

    constexpr int oc_width() const { return vectors * lanes; }
    constexpr int sums() const { return tiles * vectors; }
    bool operator==(const register_tile &) const = default;
};

// By the lanes of a vector, which is all that packed weights know of their ISA: 6 x 4 sums in the 32
// registers of AVX-512, 6 x 2 in the 16 of AVX2, and the operands beside them.
constexpr register_tile register_tile_for(int lanes) {
    return {6, lanes == 16 ? 4 : 2, lanes};
}

constexpr register_tile register_tile_of(isa i) {
    return register_tile_for(traits_of(i).lanes());
}

// Input channels are multiplied in groups of 32 bits, pairs of s16 or fours of 8 bits. The kernel's loop has
// so many groups a step.
constexpr int ic_groups_per_step = 4;
constexpr int ic_per_step(int value_bytes) {
    return ic_groups_per_step * 4 / value_bytes;
}

} // namespace winodnn
