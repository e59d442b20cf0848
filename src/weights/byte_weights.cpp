#include "weights/byte_weights.hpp"

#include "isa/register_tile.hpp"
#include "weights/exactness.hpp"
#include "weights/slices.hpp"
#include "weights/weights_transform.hpp"
#include "winograd/exact_bytes.hpp"

#include <atomic>
#include <cstring>
#include <limits>
#include <vector>

namespace winodnn {

namespace {

using batch = std::array<std::int16_t, most_weights_at_once>;
constexpr dim filters_at_once = 64;
using some_filters = std::array<std::int16_t, filters_at_once>;
using transformed_filters = std::array<some_filters, most_planes>;

class group_packer {
public:
    group_packer(const weights_layout &l, const number_system &numbers, const exact_bytes &bytes,
            const std::int8_t *weights, std::byte *payload)
        : l_(l), numbers_(numbers), bytes_(bytes), transform_(weights_transform_of(l.tile)),
          weights_(weights), payload_(payload) {}

    // False if something would be lost.
    bool pack_slice(const slice_of_oc &s) const {
        constexpr dim together = 4;
        const dim at_once = most_weights_at_once / (together * s.width * l_.taps()) * together;
        batch pairs, fours;
        for (dim ic = 0; ic < l_.padded_ic(); ic += at_once) {
            const channel_span channels {ic, std::min(ic + at_once, l_.padded_ic())};
            fill(s, channels, 2, pairs);
            fill(s, channels, together, fours);
            const dim count = (channels.end - channels.begin) * s.width;
            for (dim first = 0; first < count; first += filters_at_once)
                if (!pack(s, ic, first, std::min(count - first, filters_at_once), count, pairs, fours))
                    return false;
        }
        for (int c = 0; c < l_.shape().components(); ++c) write_sums(s, c);
        return true;
    }

private:
    struct channel_span {
        dim begin, end;
    };

    // [tap][ic / together][oc][together]; zeros where there is no channel.
    void fill(const slice_of_oc &s, channel_span channels, dim together, batch &to) const {
        const dim taps = l_.taps(), count = (channels.end - channels.begin) * s.width;
        std::fill_n(to.begin(), taps * count, std::int16_t {0});
        for (dim oc = s.begin; oc < s.end; ++oc)
            for (dim i = channels.begin; i < std::min(channels.end, l_.ic); ++i) {
                const std::int8_t *filter = weights_ + (oc * l_.ic + i) * taps;
                const dim at = (i - channels.begin) / together * s.width * together
                               + (oc - s.begin) * together + i % together;
                for (dim tap = 0; tap < taps; ++tap) to[tap * count + at] = filter[tap];
            }
    }

    // So many filters of a batch, in all planes.
    bool pack(const slice_of_oc &s, dim ic, dim first, dim filters, dim count, const batch &pairs,
            const batch &fours) const {
        transformed_filters by_two, by_four;
        transform(pairs.data() + first, count, filters, by_two);
        transform(fours.data() + first, count, filters, by_four);
        for (int plane = 0; plane < l_.shape().u_planes(); ++plane) {
            std::byte *to = payload_ + s.plane_offsets[plane];
            if (numbers_.is_wide(l_.shape().component_of_u(plane)))
                std::memcpy(to + (ic * s.width + first) * 2, by_two[plane].data(),
                        static_cast<std::size_t>(filters) * 2);
            else if (!pack_bytes(plane, by_four[plane], filters, to + ic * s.width + first))
                return false;
        }
        return true;
    }

    void transform(const std::int16_t *taps, dim stride, dim filters, transformed_filters &u) const {
        std::array<std::ptrdiff_t, most_planes> offsets;
        for (std::size_t plane = 0; plane < offsets.size(); ++plane)
            offsets[plane] = static_cast<std::ptrdiff_t>(plane * sizeof(u[0]));
        transform_(taps, stride, filters, reinterpret_cast<std::byte *>(u.data()), offsets.data());
    }

    bool pack_bytes(int plane, const some_filters &u, dim filters, std::byte *to) const {
        const byte_component &c =
                bytes_.components[static_cast<std::size_t>(l_.shape().component_of_u(plane))];
        std::array<std::int8_t, filters_at_once> bytes;
        int lost = 0;
        for (dim n = 0; n < filters; ++n) {
            const int shifted = u[n] >> c.shift;
            bytes[n] = static_cast<std::int8_t>(shifted);
            lost |= bytes[n] ^ shifted;
        }
        if (lost != 0) return false;
        if (l_.byte_limit == narrow_limit_without_dot_product)
            for (dim n = 0; n < filters; n += 2)
                if (!fits_in_pair(bytes[n], bytes[n + 1], c.largest)) return false;
        std::memcpy(to, bytes.data(), static_cast<std::size_t>(filters));
        return true;
    }

    static bool fits_in_pair(int a, int b, int largest) {
        using s16 = std::numeric_limits<std::int16_t>;
        return (std::max(a, 0) + std::max(b, 0)) * largest <= s16::max()
               && (std::min(a, 0) + std::min(b, 0)) * largest >= s16::min();
    }

    // Of components in 16 bits: 0.
    void write_sums(const slice_of_oc &s, int component) const {
        const bilinear_algorithm &t = l_.shape();
        std::array<std::int32_t, most_slice> sums {};
        for (int plane = 0; plane < t.u_planes() && !numbers_.is_wide(component); ++plane) {
            if (t.component_of_u(plane) != component) continue;
            const std::byte *u = payload_ + s.plane_offsets[plane];
            for (dim four = 0; four < l_.padded_ic() / 4; ++four)
                for (dim n = 0; n < s.width * 4; ++n)
                    sums[n / 4] += static_cast<std::int8_t>(u[four * s.width * 4 + n]);
        }
        std::memcpy(payload_ + l_.sums_offset(numbers_) + (component * l_.padded_oc() + s.begin) * 4,
                sums.data(), static_cast<std::size_t>(s.width) * 4);
    }

    static constexpr dim most_slice = register_tile_for(most_lanes).oc_width();
    static_assert(most_weights_at_once >= 4 * most_slice * most_taps);

    const weights_layout &l_;
    const number_system &numbers_;
    const exact_bytes &bytes_;
    const weights_transform &transform_;
    const std::int8_t *weights_;
    std::byte *payload_;
};

bool pack_group(const weights_layout &layout, const number_system &numbers, const exact_bytes &bytes,
        const std::int8_t *weights, void *group_block, const thread_team &team) {
    constexpr std::size_t rounding = 64; // of the payload's size, at most
    std::byte *payload = static_cast<std::byte *>(group_block) + layout.header_bytes();
    std::memset(payload + layout.used_bytes(numbers) - rounding, 0, rounding);
    const group_packer packer(layout, numbers, bytes, weights, payload);
    std::atomic<bool> lost {false};
    for_each_slice(layout, numbers, team, slice_tasks(layout, team), [&](const slice_of_oc &s, int) {
        if (!lost.load(std::memory_order_relaxed) && !packer.pack_slice(s))
            lost.store(true, std::memory_order_relaxed);
    });
    return !lost.load(std::memory_order_relaxed);
}

} // namespace

bool pack_byte_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team) {
    const dim of_group = layout.filters() * layout.taps();
    const auto group_block_of = [&](dim g) {
        return static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride());
    };
    std::vector<exact_split> splits;
    for (dim g = 0; g < layout.group_count(); ++g) {
        splits.push_back(split_exactly(layout, weights + g * of_group));
        if (splits.back().ends.size() > 1) return false;
    }
    const exact_bytes bytes = exact_bytes_of(layout.shape(), layout.promised_source());
    for (const component_set &in_bytes : byte_component_choices(layout.shape(), layout.promised_source())) {
        const number_system numbers {false, {}, in_bytes};
        dim packed = 0;
        while (packed < layout.group_count()
                && pack_group(
                        layout, numbers, bytes, weights + packed * of_group, group_block_of(packed), team))
            ++packed;
        if (packed < layout.group_count()) continue;
        for (dim g = 0; g < layout.group_count(); ++g)
            write_header(layout, numbers, weights + g * of_group, splits[static_cast<std::size_t>(g)],
                    group_block_of(g));
        return true;
    }
    return false;
}

} // namespace winodnn
