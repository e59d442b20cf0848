// Components that 8 bits hold exactly, because sources and weights are known to be small.
//
// q = (v << shift) + zero_point is a u8, and u >> shift an s8 of which no bit was lost, so that
//     sum of v u = sum of q (u >> shift) - zero_point * sum of (u >> shift)
// The shift takes powers of two from U, where weights' transforms have them, to V, as far as V has room.
#pragma once

#include "problem/problem.hpp"
#include "winograd/component_set.hpp"
#include "winograd/tile.hpp"

#include <vector>

namespace winodnn {

struct byte_component {
    int shift = 0, zero_point = 0;
    int largest = 0; // q is 0 to that
};

struct exact_bytes {
    component_set fitting; // those whose V fits, in the tile and in all its pieces
    std::vector<byte_component> components;
};

// For source values (minus zero points) in `source`, which includes 0.
exact_bytes exact_bytes_of(const tile &t, value_range source);

// Those whose U fits as well, whatever weights of so many bits (1 to 8) are.
component_set byte_components(const tile &t, value_range source, int weights_bits);
// The sets that weights are packed in, largest first: those of all numbers of bits but for the empty one.
// Each has the next one in it.
std::vector<component_set> byte_component_choices(const tile &t, value_range source);

} // namespace winodnn
