#include "weights/packed_weights.hpp"

#include "problem/rounding.hpp"
#include "weights/exactness.hpp"
#include "weights/weights_transform.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

namespace winodnn {

namespace {

constexpr std::uint64_t magic = 0x4e4e444f4e4957ull; // "WINODNN"
constexpr std::uint32_t version = 1;

// 64 bytes, then part_capacity ends of parts.
struct header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t parts;
    std::int64_t layout[4]; // code, ic, oc, payload bytes
    std::uint64_t payload_checksum;
    std::uint64_t header_checksum; // of everything before it and of the ends
};
static_assert(sizeof(header) == 64);

// FNV-1a over eight interleaved lanes of 64-bit words, so that it runs at memory speed.
std::uint64_t checksum(const void *data, std::size_t bytes, std::uint64_t seed) {
    constexpr std::uint64_t prime = 0x100000001b3ull;
    std::array<std::uint64_t, 8> lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = seed + l;
    const auto *from = static_cast<const char *>(data);
    for (; bytes > 0;) {
        std::array<std::uint64_t, 8> words {};
        const std::size_t taken = std::min(bytes, sizeof(words));
        std::memcpy(words.data(), from, taken);
        for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = (lanes[l] ^ words[l]) * prime;
        from += taken;
        bytes -= taken;
    }
    std::uint64_t sum = seed;
    for (const std::uint64_t lane : lanes) sum = (sum ^ lane ^ lane >> 32) * prime;
    return sum;
}

// A block can be anywhere: headers are copied out and in.
header read_header(const void *group) {
    header h;
    std::memcpy(&h, group, sizeof(h));
    return h;
}

const std::byte *ends_of(const void *group) {
    return static_cast<const std::byte *>(group) + 64;
}

std::uint64_t header_checksum(const header &h, const weights_layout &layout, const void *group) {
    const std::uint64_t own = checksum(&h, offsetof(header, header_checksum), magic);
    return checksum(ends_of(group), layout.header_bytes() - 64, own);
}

// Where a value is in the payload, counted in s16.
class packed_index {
public:
    explicit packed_index(const weights_layout &l)
        : layout_(l), components_(l.components()), padded_ic_(l.padded_ic()), padded_oc_(l.padded_oc()) {}

    // Of component 0; the others follow at component_stride(oc).
    std::size_t operator()(dim oc, dim ic) const {
        const dim block = layout_.oc_block(), slice = layout_.oc_slice();
        const dim block_first = oc / block * block, first = oc / slice * slice;
        const dim width = std::min(slice, padded_oc_ - first); // the last slice can be narrower
        return static_cast<std::size_t>((block_first * components_ + first - block_first) * padded_ic_
                                        + ic / 2 * width * 2 + (oc - first) * 2 + ic % 2);
    }

    std::size_t component_stride(dim oc) const {
        const dim block = layout_.oc_block(), first = oc / block * block;
        return static_cast<std::size_t>(std::min(block, padded_oc_ - first) * padded_ic_); // likewise
    }

private:
    const weights_layout &layout_;
    dim components_, padded_ic_, padded_oc_;
};

// Calls work(oc, ic, payload offset in bytes, its component stride, space for the components of one filter)
// for all filters, in parallel over slices of output channels: neighbours in memory come from one thread, one
// after the other. Nothing is allocated inside, where no exception could be caught.
template <typename Work>
void for_each_filter(const weights_layout &layout, const Work &work) {
    const packed_index index(layout);
    const dim slice = layout.oc_slice(), slices = ceil_div(layout.oc, slice);
    const std::size_t components = static_cast<std::size_t>(layout.components());
    std::vector<std::int16_t> spaces(components * static_cast<std::size_t>(omp_get_max_threads()));
#pragma omp parallel for
    for (dim s = 0; s < slices; ++s) {
        std::int16_t *space = spaces.data() + components * static_cast<std::size_t>(omp_get_thread_num());
        for (dim ic = 0; ic < layout.ic; ++ic)
            for (dim oc = s * slice; oc < std::min((s + 1) * slice, layout.oc); ++oc)
                work(oc, ic, index(oc, ic) * 2, index.component_stride(oc) * 2, space);
    }
}

void pack_group(const weights_layout &layout, const std::int8_t *weights, void *group) {
    const tile &t = tile_of(layout.tile);
    std::byte *payload = static_cast<std::byte *>(group) + layout.header_bytes();
    for_each_filter(layout, [&](dim oc, dim ic, std::size_t offset, std::size_t stride, std::int16_t *u) {
        transform_weights(t, weights + (oc * layout.ic + ic) * 9, u);
        for (int c = 0; c < t.components(); ++c) std::memcpy(payload + offset + c * stride, &u[c], 2);
    });

    const std::vector<std::uint32_t> ends = exact_parts(layout, weights);
    std::memcpy(static_cast<std::byte *>(group) + 64, ends.data(), ends.size() * 4);
    header h {};
    h.magic = magic;
    h.version = version;
    h.parts = static_cast<std::uint32_t>(ends.size());
    h.layout[0] = layout.code();
    h.layout[1] = layout.ic;
    h.layout[2] = layout.oc;
    h.layout[3] = static_cast<std::int64_t>(layout.payload_bytes());
    h.payload_checksum = checksum(payload, layout.payload_bytes(), magic);
    h.header_checksum = header_checksum(h, layout, group);
    std::memcpy(group, &h, sizeof(h));
}

void unpack_group(const weights_layout &layout, const void *group, std::int8_t *weights) {
    const tile &t = tile_of(layout.tile);
    const std::byte *payload = packed_payload(layout, group);
    for_each_filter(layout, [&](dim oc, dim ic, std::size_t offset, std::size_t stride, std::int16_t *u) {
        for (int c = 0; c < t.components(); ++c) std::memcpy(&u[c], payload + offset + c * stride, 2);
        inverse_transform_weights(t, u, weights + (oc * layout.ic + ic) * 9);
    });
}

const char *check_group_header(const weights_layout &layout, const void *group) {
    const header h = read_header(group);
    if (h.magic != magic) return "the weights were not packed by winodnn's reorder";
    if (h.version != version) return "the weights were packed by another version of winodnn";
    if (h.layout[0] != layout.code() || h.layout[1] != layout.ic || h.layout[2] != layout.oc)
        return "the weights were packed for another convolution";
    if (h.parts < 1 || h.parts > layout.part_capacity()
            || h.header_checksum != header_checksum(h, layout, group))
        return "the packed weights' header is corrupt";
    return nullptr;
}

} // namespace

void pack_weights(const weights_layout &layout, const std::int8_t *weights, void *block) {
    std::memset(block, 0, layout.bytes());
    for (dim g = 0; g < layout.group_count(); ++g)
        pack_group(layout, weights + g * layout.oc * layout.ic * 9,
                static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride()));
}

void unpack_weights(const weights_layout &layout, const void *block, std::int8_t *weights) {
    for (dim g = 0; g < layout.group_count(); ++g)
        unpack_group(layout, packed_group(layout, block, g), weights + g * layout.oc * layout.ic * 9);
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
        if (read_header(group).payload_checksum
                != checksum(packed_payload(layout, group), layout.payload_bytes(), magic))
            return "the packed weights are corrupt";
    }
    return nullptr;
}

std::uint64_t block_checksum(const weights_layout &layout, const void *block) {
    std::uint64_t sum = 0;
    for (dim g = 0; g < layout.group_count(); ++g)
        sum = sum * 0x100000001b3ull + read_header(packed_group(layout, block, g)).payload_checksum;
    return sum;
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
