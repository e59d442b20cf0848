#include "weights/packed_weights.hpp"

#include "isa/register_tile.hpp"
#include "weights/byte_weights.hpp"
#include "weights/exactness.hpp"
#include "weights/slices.hpp"
#include "weights/weights_transform.hpp"
#include "winograd/exact_bytes.hpp"
#include "winograd/weights_inverse.hpp"

#include <cstring>
#include <vector>

namespace winodnn {

namespace {

// As many pairs of input channels at once as weights_transform takes; zeros where there is no channel.
void pack_slice(const weights_layout &l, const weights_transform &transform, const slice_of_oc &s,
        const std::int8_t *weights, std::byte *payload) {
    const dim taps = l.taps();
    std::array<std::int16_t, most_weights_at_once> batch;
    static_assert(most_weights_at_once >= 2 * most_lanes * register_tile_for(most_lanes).vectors * most_taps);
    const dim pairs_at_once = most_weights_at_once / (2 * s.width * taps);
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
        transform(batch.data(), count, count, payload + ic * s.width * 2, s.plane_offsets.data());
    }
}

// One value of a plane of U, of components in 8 bits as it was before it was shifted.
std::int16_t read_u(const std::byte *plane, dim width, dim oc, dim ic, bool wide, int shift) {
    const dim together = wide ? 2 : 4;
    const dim at = ic / together * width * together + oc * together + ic % together;
    std::int16_t u = 0;
    if (!wide) return static_cast<std::int16_t>(static_cast<std::int8_t>(plane[at]) * (1 << shift));
    std::memcpy(&u, plane + at * 2, 2);
    return u;
}

void unpack_slice(const weights_layout &l, const number_system &numbers, const weights_inverse &inverse,
        const slice_of_oc &s, const std::byte *payload, std::int8_t *weights) {
    const exact_bytes bytes = exact_bytes_of(l.shape(), l.promised_source());
    std::array<std::int16_t, most_taps> u;
    for (dim oc = s.begin; oc < s.end; ++oc)
        for (dim i = 0; i < l.ic; ++i) {
            for (std::size_t n = 0; n < inverse.planes.size(); ++n) {
                const int plane = inverse.planes[n], component = l.shape().component_of_u(plane);
                u[n] = read_u(payload + s.plane_offsets[static_cast<std::size_t>(plane)], s.width,
                        oc - s.begin, i, numbers.is_wide(component),
                        bytes.components[static_cast<std::size_t>(component)].shift);
            }
            inverse_transform_weights(inverse, u.data(), weights + (oc * l.ic + i) * l.taps());
        }
}

void pack_group(const weights_layout &layout, const std::int8_t *weights, void *group_block,
        const thread_team &team) {
    constexpr std::size_t rounding = 64; // of the payload's size, at most
    std::byte *payload = static_cast<std::byte *>(group_block) + layout.header_bytes();
    std::memset(payload + layout.used_bytes(exact) - rounding, 0, rounding);
    // Nothing is allocated inside, where no exception could be caught.
    const weights_transform &transform = weights_transform_of(layout.tile);
    for_each_slice(layout, exact, team, slice_tasks(layout, team),
            [&](const slice_of_oc &s, int) { pack_slice(layout, transform, s, weights, payload); });
    write_header(layout, exact, weights, split_exactly(layout, weights), group_block);
}

} // namespace

void pack_weights(
        const weights_layout &layout, const std::int8_t *weights, void *block, const thread_team &team) {
    if (layout.promised() && pack_byte_weights(layout, weights, block, team)) return;
    for (dim g = 0; g < layout.group_count(); ++g)
        pack_group(layout, weights + g * layout.filters() * layout.taps(),
                static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride()), team);
}

void unpack_weights(const weights_layout &layout, const packed_block &block, std::int8_t *weights,
        const thread_team &team) {
    const number_system &numbers = block.numbers;
    const weights_inverse inverse = inverse_of_weights(layout.shape());
    for (dim g = 0; g < layout.group_count(); ++g) {
        const std::byte *payload = packed_payload(layout, packed_group(layout, block.data, g));
        const dim count = layout.filters() * layout.taps();
        if (numbers.quantized)
            std::memcpy(weights + g * count, payload + layout.plain_offset(numbers),
                    static_cast<std::size_t>(count));
        else
            for_each_slice(layout, numbers, team, slice_tasks(layout, team), [&](const slice_of_oc &s, int) {
                unpack_slice(layout, numbers, inverse, s, payload, weights + g * count);
            });
    }
}

} // namespace winodnn
