#include "weights/block_header.hpp"

#include "weights/checksum.hpp"

#include <cstddef>
#include <cstring>

namespace winodnn {

namespace {

constexpr std::uint64_t magic = 0x4e4e444f4e4957ull; // "WINODNN"
constexpr std::uint32_t version = 3;

// At the group's start; the ends of the parts follow at weights_layout::ends_offset, up to part_capacity.
struct header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t parts;
    std::int64_t layout[4]; // code, ic, oc, payload bytes in use
    std::uint64_t quantized, wide;
    std::uint64_t identity;
    std::uint64_t payload_checksum;
    std::uint64_t header_checksum; // of everything before it and of the ends
};
static_assert(sizeof(header) == weights_layout::ends_offset);

// A block can be anywhere: headers are copied out and in.
header read_header(const void *group) {
    header h;
    std::memcpy(&h, group, sizeof(h));
    return h;
}

const std::byte *ends_of(const void *group) {
    return static_cast<const std::byte *>(group) + weights_layout::ends_offset;
}

std::uint64_t checksum_of(const header &h, const weights_layout &layout, const void *group) {
    const std::uint64_t own = checksum(&h, offsetof(header, header_checksum), magic);
    return checksum(ends_of(group), layout.header_bytes() - weights_layout::ends_offset, own);
}

number_system numbers_of(const header &h) {
    return {h.quantized != 0, h.wide};
}

const char *check_group_header(const weights_layout &layout, const void *group) {
    const header h = read_header(group);
    if (h.magic != magic) return "the weights were not packed by winodnn's reorder";
    if (h.version != version) return "the weights were packed by another version of winodnn";
    if (h.layout[0] != layout.code() || h.layout[1] != layout.ic || h.layout[2] != layout.oc)
        return "the weights were packed for another convolution";
    if (h.parts < 1 || h.parts > layout.part_capacity() || h.header_checksum != checksum_of(h, layout, group))
        return "the packed weights' header is corrupt";
    return nullptr;
}

std::uint64_t identity_of_group(const weights_layout &layout, const std::int8_t *weights) {
    const std::int64_t dims[] = {layout.oc, layout.ic, layout.shape().rows.taps()};
    return checksum(weights, static_cast<std::size_t>(layout.filters() * layout.taps()),
            checksum(dims, sizeof(dims), magic));
}

// Of a value for each group.
template <typename Value>
std::uint64_t fold(const weights_layout &layout, const Value &value) {
    std::uint64_t sum = 0;
    for (dim g = 0; g < layout.group_count(); ++g) sum = sum * 0x100000001b3ull + value(g);
    return sum;
}

} // namespace

std::uint64_t identity_of(const weights_layout &layout, const std::int8_t *weights) {
    return fold(layout,
            [&](dim g) { return identity_of_group(layout, weights + g * layout.filters() * layout.taps()); });
}

void write_header(const weights_layout &layout, const number_system &numbers, const std::int8_t *weights,
        std::span<const std::uint32_t> ends, void *group) {
    std::memset(group, 0, layout.header_bytes());
    std::memcpy(
            static_cast<std::byte *>(group) + weights_layout::ends_offset, ends.data(), ends.size_bytes());
    const std::size_t used = layout.used_bytes(numbers);
    header h {};
    h.magic = magic;
    h.version = version;
    h.parts = static_cast<std::uint32_t>(ends.size());
    h.layout[0] = layout.code();
    h.layout[1] = layout.ic;
    h.layout[2] = layout.oc;
    h.layout[3] = static_cast<std::int64_t>(used);
    h.quantized = numbers.quantized;
    h.wide = numbers.wide;
    h.identity = identity_of_group(layout, weights);
    h.payload_checksum = checksum(packed_payload(layout, group), used, magic);
    h.header_checksum = checksum_of(h, layout, group);
    std::memcpy(group, &h, sizeof(h));
}

const char *check_header(const weights_layout &layout, const void *block) {
    for (dim g = 0; g < layout.group_count(); ++g)
        if (const char *reason = check_group_header(layout, packed_group(layout, block, g))) return reason;
    return nullptr;
}

const char *check_block(const weights_layout &layout, const void *block) {
    if (const char *reason = check_header(layout, block)) return reason;
    for (dim g = 0; g < layout.group_count(); ++g) {
        const void *group = packed_group(layout, block, g);
        const header h = read_header(group);
        if (h.payload_checksum
                != checksum(packed_payload(layout, group), layout.used_bytes(numbers_of(h)), magic))
            return "the packed weights are corrupt";
    }
    return nullptr;
}

number_system numbers_of(const void *block) {
    return numbers_of(read_header(block));
}

std::uint64_t identity_of(const weights_layout &layout, const void *block) {
    return fold(layout, [&](dim g) { return read_header(packed_group(layout, block, g)).identity; });
}

std::uint64_t block_checksum(const weights_layout &layout, const void *block) {
    return fold(layout, [&](dim g) { return read_header(packed_group(layout, block, g)).payload_checksum; });
}

const void *packed_group(const weights_layout &layout, const void *block, dim group) {
    return static_cast<const std::byte *>(block) + group * static_cast<dim>(layout.group_stride());
}

std::uint32_t part_count(const void *group) {
    return read_header(group).parts;
}

std::uint32_t part_end(const void *group, std::uint32_t part) {
    std::uint32_t end;
    std::memcpy(&end, ends_of(group) + 4 * part, 4);
    return end;
}

const std::byte *packed_payload(const weights_layout &layout, const void *group) {
    return static_cast<const std::byte *>(group) + layout.header_bytes();
}

} // namespace winodnn
