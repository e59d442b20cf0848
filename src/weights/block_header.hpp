// The header of a packed block, one for each group, and what it says of the payload.
#pragma once

#include "problem/refusal.hpp"
#include "weights/weights_layout.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

namespace winodnn {

// Tells s8 weights [group][oc][ic][kh][kw] from others: by their values and dims.
std::uint64_t identity_of(const weights_layout &layout, const std::int8_t *weights);

// How a group's input channels were split so that every accumulator is exact.
struct exact_split {
    std::vector<std::uint32_t> ends; // of the parts in input channels, ascending; the last is padded_ic
    std::int64_t largest_sum = 0;    // of the magnitudes of one output channel's weights in one part
};

// Writes the header of one group, whose payload is in place; `weights` are the group's s8 ones.
void write_header(const weights_layout &layout, const number_system &numbers, const std::int8_t *weights,
        const exact_split &split, void *group_block);

// A block that can be read by its layout. Only the checks below make one: a program's block can hold any
// bytes.
struct packed_block {
    const void *data = nullptr;
    number_system numbers {};   // what all groups are computed in
    std::uint64_t identity = 0; // of the s8 weights
    std::uint64_t content = 0;  // tells blocks apart, by the payloads' checksums that the headers have
    std::int64_t largest_sum = std::numeric_limits<std::int64_t>::max(); // of any group's exact_split
};

// Everything that the headers say is checked against the layout or follows from it, so that reading the block
// stays inside its layout.bytes() and inside what is sized by the layout, whoever wrote it. That checksums
// are right does not make a block honest: altered weights, or a lower largest_sum, give other numbers, no
// more. Reads headers only.
expected<packed_block> check_header(const weights_layout &layout, const void *data);
// The same, and the payload's checksum as well. Reads the whole block.
expected<packed_block> check_block(const weights_layout &layout, const void *data);

// For those who read the same few blocks again and again, from any thread: reads their payloads the first
// time only.
class block_reader {
public:
    explicit block_reader(const weights_layout &layout) : layout_(layout) {}
    expected<packed_block> check(const void *data) const;

private:
    weights_layout layout_;
    // Blocks that were found to be intact: hashes of where they are and of their content, each in its own
    // place.
    mutable std::array<std::atomic<std::uint64_t>, 16> intact_ {};
};

// What follows is about the header and payload of one group of a block that was checked.
const void *packed_group(const weights_layout &layout, const void *block, dim group);
std::uint32_t part_count(const void *group_block);
std::uint32_t part_end(const void *group_block, std::uint32_t part);
const std::byte *packed_payload(const weights_layout &layout, const void *group_block);

} // namespace winodnn
