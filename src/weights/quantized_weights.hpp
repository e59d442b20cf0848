// Weights that are quantized in the Winograd domain, each component and output channel by itself.
#pragma once

#include "threads/thread_team.hpp"
#include "weights/block_header.hpp"

namespace winodnn {

// Transforms weights [group][oc][ic][kh][kw], given in units of one step of their s8 form, in f32, and
// quantizes them: to s8, or to s16 for the components in `wide`. Packs U, its scales and sums (weights_layout
// has the order) and `plain`, the s8 form, at `block`, which has layout.bytes() bytes and any alignment.
//   s8:  of the clips 1, 0.95 .. 0.65 times the largest magnitude the one of the least squared error
//   s16: as fine as keeps the sum of |U| such that no sum of products with |V| <= wide_limit leaves 32 bits
// A scale is what one step of U stands for, divided by the tile's factor: U V times both scales is a part of
// Y. Throws std::bad_alloc.
void pack_quantized_weights(const weights_layout &layout, const component_set &wide, const float *weights,
        const std::int8_t *plain, void *block, const thread_team &team);

} // namespace winodnn
