#include "weights/quantized_weights.hpp"

#include "weights/channel_quantizer.hpp"
#include "weights/slices.hpp"

#include <cstring>
#include <vector>

namespace winodnn {

namespace {

class group_packer {
public:
    group_packer(
            const weights_layout &l, const number_system &numbers, const float *weights, std::byte *payload)
        : l_(l), numbers_(numbers), weights_(weights), payload_(payload) {}

    void pack_slice(const slice_of_oc &s, channel_quantizer &channel) const {
        const bilinear_algorithm &t = l_.shape();
        for (dim oc = s.begin; oc < s.begin + s.width; ++oc) {
            if (oc < s.end)
                channel.transform(weights_ + oc * l_.ic * l_.taps());
            else
                channel.clear();
            for (int c = 0; c < t.components(); ++c) quantize(s, oc, c, channel);
        }
    }

private:
    void quantize(const slice_of_oc &s, dim oc, int component, const channel_quantizer &channel) const {
        const bilinear_algorithm &t = l_.shape();
        const bool wide = numbers_.is_wide(component);
        const float scale = channel.scale(component, wide);
        const dim bytes = numbers_.bytes(component), together = 4 / bytes;
        std::int32_t sum = 0;
        for (int plane = 0; plane < t.u_planes(); ++plane) {
            if (t.component_of_u(plane) != component) continue;
            std::byte *to = payload_ + s.plane_offsets[plane] + (oc - s.begin) * 4;
            for (dim ic = 0; ic < l_.padded_ic(); ++ic) {
                const std::int32_t q = channel_quantizer::quantized(channel.u(plane)[ic], scale, wide);
                std::memcpy(to + ic / together * s.width * 4 + ic % together * bytes, &q,
                        static_cast<std::size_t>(bytes)); // little-endian, as every x86
                sum += q;
            }
        }
        const float part_of_y = scale / static_cast<float>(t.factor);
        const dim at = (component * l_.padded_oc() + oc) * 4;
        std::memcpy(payload_ + l_.scales_offset(numbers_) + at, &part_of_y, sizeof(part_of_y));
        std::memcpy(payload_ + l_.sums_offset(numbers_) + at, &sum, sizeof(sum));
    }

    const weights_layout &l_;
    const number_system numbers_;
    const float *weights_;
    std::byte *payload_;
};

} // namespace

void pack_quantized_weights(const weights_layout &layout, const component_set &wide, const float *weights,
        const std::int8_t *plain, void *block, const thread_team &team) {
    const number_system numbers {true, wide};
    const dim count = layout.filters() * layout.taps();
    const exact_split one_part {{static_cast<std::uint32_t>(layout.padded_ic())}};
    const int tasks = slice_tasks(layout, team); // asked once: the team's size may change
    std::vector<channel_quantizer> channels(static_cast<std::size_t>(tasks),
            channel_quantizer(layout.shape(), layout.ic, layout.padded_ic()));
    for (dim g = 0; g < layout.group_count(); ++g) {
        std::byte *group_block =
                static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride());
        std::byte *payload = group_block + layout.header_bytes();
        const group_packer packer(layout, numbers, weights + g * count, payload);
        for_each_slice(layout, numbers, team, tasks, [&](const slice_of_oc &s, int task) {
            packer.pack_slice(s, channels[static_cast<std::size_t>(task)]);
        });
        const dim rest = layout.plain_offset(numbers) + count;
        std::memset(payload + rest, 0, layout.used_bytes(numbers) - static_cast<std::size_t>(rest));
        std::memcpy(payload + rest - count, plain + g * count, static_cast<std::size_t>(count));
        write_header(layout, numbers, plain + g * count, one_part, group_block);
    }
}

} // namespace winodnn
