// The packed weights block: header, parts, transformed weights.
#pragma once

#include "run/thread_team.hpp"
#include "weights/weights_layout.hpp"

#include <cstddef>
#include <cstdint>

namespace winodnn {

// Transforms s8 weights [group][oc][ic][kh][kw] exactly to s16 components and packs them at `block`, which
// has layout.bytes() bytes and any alignment. The input channels are split into parts such that every
// accumulator of a part is proved to fit (docs/numerics.md).
void pack_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team);

// The inverse, exact, for a block that has passed check_block.
void unpack_weights(
        const weights_layout &layout, const void *block, std::int8_t *weights, const thread_team &team);

// nullptr if the block was packed for this layout and its header is intact, else the reason. O(1).
const char *check_header(const weights_layout &layout, const void *block);
// The same, and the payload's checksum as well. Reads the whole block.
const char *check_block(const weights_layout &layout, const void *block);
// Tells one block's content from another's, by the payloads' checksums that the headers have.
std::uint64_t block_checksum(const weights_layout &layout, const void *block);

// What follows is about the header and payload of one group.
const void *packed_group(const weights_layout &layout, const void *block, dim group);
// The parts' ends in input channels, ascending; the last is padded_ic.
std::uint32_t part_count(const void *group);
std::uint32_t part_end(const void *group, std::uint32_t part);
// U[oc block][component][slice][term][ic / 2][oc in slice][2], s16, at any alignment.
const std::byte *packed_payload(const weights_layout &layout, const void *group);

} // namespace winodnn
