// Exact weights with components in 8 bits: winograd/exact_bytes.hpp.
#pragma once

#include "threads/thread_team.hpp"
#include "weights/block_header.hpp"

namespace winodnn {

// As pack_weights, for layouts with a promised source. Of byte_component_choices() the first one is taken
// that loses nothing of these weights:
//   their U is in 8 bits
//   without VNNI, vpmaddubsw adds pairs of products in 16 bits: those of the largest V fit
// Behind U are its sums, which initial sums are computed from. False, with the block in no state, if there is
// no such choice, or if the input channels have to be split.
bool pack_byte_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team);

} // namespace winodnn
