// The bytes of a group's header in a packed block: for block_header.cpp, and for tests that alter them.
#pragma once

#include "weights/weights_layout.hpp"

#include <cstdint>

namespace winodnn {

constexpr std::uint64_t block_magic = 0x4e4e444f4e4957ull; // "WINODNN"
constexpr std::uint32_t block_version = 6;

// At the group's start; the ends of the parts follow at weights_layout::ends_offset, up to part_capacity.
struct group_header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t parts;
    std::int64_t layout[4];          // code, ic, oc, payload bytes in use
    std::uint64_t number_system;     // 0 s16, 1 quantized, 2 exact with components in 8 bits
    component_set::words components; // those that are wide, of quantized ones; those in 8 bits, of exact ones
    std::uint64_t identity;
    std::int64_t largest_sum;
    std::uint64_t payload_checksum;
    std::uint64_t header_checksum; // of everything before it and of the ends
};
static_assert(sizeof(group_header) == weights_layout::ends_offset);

// A block can be anywhere, at any alignment: headers are copied out and in.
group_header read_group_header(const void *group_block);
number_system numbers_of(const group_header &h);
// With the checksum that belongs to it and to the ends, which are in place.
void write_group_header(const weights_layout &layout, group_header h, void *group_block);
std::uint64_t payload_checksum_of(
        const weights_layout &layout, const number_system &numbers, const void *group_block);

} // namespace winodnn
