// Exact weights: transformed to s16 components.
#pragma once

#include "threads/thread_team.hpp"
#include "weights/block_header.hpp"

namespace winodnn {

// Transforms s8 weights [group][oc][ic][kh][kw] exactly to s16 components and packs them at `block`, which
// has layout.bytes() bytes and any alignment: U[oc block][component][slice][term][ic / 2][oc in slice][2].
// The input channels are split into parts such that every accumulator of a part is proved to fit
// (docs/numerics.md). In layouts with a promised source, as many components are in 8 bits as byte_weights.hpp
// finds.
void pack_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team);

// The s8 weights of any block, exactly.
void unpack_weights(const weights_layout &layout, const packed_block &block, std::int8_t *weights,
        const thread_team &team);

} // namespace winodnn
