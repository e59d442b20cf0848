// The header of a packed block, one for each group, and what it says of the payload.
#pragma once

#include "weights/weights_layout.hpp"

#include <cstdint>
#include <span>

namespace winodnn {

// Tells s8 weights [group][oc][ic][kh][kw] from others: by their values and dims.
std::uint64_t identity_of(const weights_layout &layout, const std::int8_t *weights);

// Writes the header of one group, whose payload is in place; `weights` are the group's s8 ones. `ends` of the
// parts, ascending.
void write_header(const weights_layout &layout, const number_system &numbers, const std::int8_t *weights,
        std::span<const std::uint32_t> ends, void *group);

// nullptr if the block was packed for this layout and its header is intact, else the reason. O(1).
const char *check_header(const weights_layout &layout, const void *block);
// The same, and the payload's checksum as well. Reads the whole block.
const char *check_block(const weights_layout &layout, const void *block);
// Of a block that has passed check_header: what it is computed in, and the identity of its s8 weights.
number_system numbers_of(const void *block);
std::uint64_t identity_of(const weights_layout &layout, const void *block);
// Tells one block's content from another's, by the payloads' checksums that the headers have.
std::uint64_t block_checksum(const weights_layout &layout, const void *block);

// What follows is about the header and payload of one group.
const void *packed_group(const weights_layout &layout, const void *block, dim group);
// The parts' ends in input channels, ascending; the last is padded_ic.
std::uint32_t part_count(const void *group);
std::uint32_t part_end(const void *group, std::uint32_t part);
const std::byte *packed_payload(const weights_layout &layout, const void *group);

} // namespace winodnn
