#include "weights/packed_weights.hpp"

#include "problem/rounding.hpp"
#include "weights/exactness.hpp"
#include "weights/weights_transform.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

namespace winodnn {

namespace {

constexpr std::uint64_t magic = 0x4e4e444f4e4957ull; // "WINODNN"
constexpr std::uint32_t version = 2;
constexpr dim most_taps = 9;
constexpr int most_planes = 36; // of any tile

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

// The channels that lie together in the payload: [component][term][ic / 2][oc in slice][2].
struct slice_of_oc {
    dim begin, end;             // output channels that exist
    dim width;                  // with the padding to whole vectors
    std::size_t payload_offset; // bytes
    std::array<std::ptrdiff_t, most_planes> plane_offsets;
};

slice_of_oc slice_at(const weights_layout &l, dim index) {
    const dim block = l.oc_block(), slice = l.oc_slice();
    const dim begin = index * slice, block_begin = begin / block * block;
    const dim width = std::min(slice, l.padded_oc() - begin); // the last slice, and block, can be narrower
    const dim block_width = std::min(block, l.padded_oc() - block_begin);
    const tile &t = l.shape();
    const dim channel_bytes = t.terms() * l.padded_ic() * 2; // of a component
    const dim offset = block_begin * t.components() * channel_bytes + (begin - block_begin) * channel_bytes;
    slice_of_oc s {begin, std::min(begin + slice, l.oc), width, static_cast<std::size_t>(offset), {}};
    for (int plane = 0; plane < t.u_planes(); ++plane)
        s.plane_offsets[plane] = t.component_of_u(plane) * block_width * channel_bytes
                                 + t.term_of_u(plane) * width * l.padded_ic() * 2;
    return s;
}

// As many pairs of input channels at once as transform_weights takes; zeros where there is no channel.
void pack_slice(
        const weights_layout &l, const slice_of_oc &s, const std::int8_t *weights, std::byte *payload) {
    const dim taps = l.taps();
    std::array<std::int16_t, most_taps * most_filters> batch;
    const dim pairs_at_once = most_filters / (2 * s.width);
    for (dim ic = 0; ic < l.padded_ic(); ic += 2 * pairs_at_once) {
        const dim ic_end = std::min(ic + 2 * pairs_at_once, l.padded_ic());
        const dim count = (ic_end - ic) * s.width;
        std::fill_n(batch.begin(), taps * count, std::int16_t {0});
        for (dim oc = s.begin; oc < s.end; ++oc)
            for (dim i = ic; i < std::min(ic_end, l.ic); ++i) {
                const std::int8_t *filter = weights + (oc * l.ic + i) * taps;
                const dim at = (i - ic) / 2 * s.width * 2 + (oc - s.begin) * 2 + i % 2;
                for (dim tap = 0; tap < taps; ++tap) batch[tap * count + at] = filter[tap];
            }
        transform_weights(l.shape(), batch.data(), count,
                payload + s.payload_offset + static_cast<std::size_t>(ic * s.width * 2),
                s.plane_offsets.data());
    }
}

void unpack_slice(
        const weights_layout &l, const slice_of_oc &s, const std::byte *payload, std::int8_t *weights) {
    const tile &t = l.shape();
    std::array<std::int16_t, most_planes> u;
    for (dim oc = s.begin; oc < s.end; ++oc)
        for (dim i = 0; i < l.ic; ++i) {
            const dim at = i / 2 * s.width * 2 + (oc - s.begin) * 2 + i % 2;
            const std::byte *from = payload + s.payload_offset + at * 2;
            for (int plane = 0; plane < t.u_planes(); ++plane)
                std::memcpy(&u[plane], from + s.plane_offsets[plane], 2);
            inverse_transform_weights(t, u.data(), weights + (oc * l.ic + i) * l.taps());
        }
}

// In parallel: neighbours in memory come from one thread, one after the other. Nothing is allocated inside,
// where no exception could be caught.
template <typename Work>
void for_each_slice(const weights_layout &layout, const thread_team &team, const Work &work) {
    const dim slices = ceil_div(layout.oc, layout.oc_slice());
    const int parts = static_cast<int>(std::min<dim>(slices, team.size()));
    team.run(parts, [&](int part) {
        for (dim s = slices * part / parts; s < slices * (part + 1) / parts; ++s) work(slice_at(layout, s));
    });
}

void pack_group(
        const weights_layout &layout, const std::int8_t *weights, void *group, const thread_team &team) {
    constexpr std::size_t rounding = 64; // of the payload's size, at most
    std::byte *payload = static_cast<std::byte *>(group) + layout.header_bytes();
    std::memset(group, 0, layout.header_bytes());
    std::memset(payload + layout.payload_bytes() - rounding, 0, rounding);
    for_each_slice(layout, team, [&](const slice_of_oc &s) { pack_slice(layout, s, weights, payload); });

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

void unpack_group(
        const weights_layout &layout, const void *group, std::int8_t *weights, const thread_team &team) {
    const std::byte *payload = packed_payload(layout, group);
    for_each_slice(layout, team, [&](const slice_of_oc &s) { unpack_slice(layout, s, payload, weights); });
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

void pack_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team) {
    for (dim g = 0; g < layout.group_count(); ++g)
        pack_group(layout, weights + g * layout.oc * layout.ic * layout.taps(),
                static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride()), team);
}

void unpack_weights(
        const weights_layout &layout, const void *block, std::int8_t *weights, const thread_team &team) {
    for (dim g = 0; g < layout.group_count(); ++g)
        unpack_group(layout, packed_group(layout, block, g),
                weights + g * layout.oc * layout.ic * layout.taps(), team);
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
