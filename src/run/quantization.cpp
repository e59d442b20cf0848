#include "run/quantization.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

namespace winodnn {

namespace {

void prepare_per_oc(const problem &p, const workspace &space, const run_args &args, std::byte *scratchpad) {
    const auto array = [&](std::size_t index) {
        return reinterpret_cast<float *>(scratchpad + space.per_oc_offset + index * space.per_oc_stride);
    };
    float *scale = array(0), *bias = array(1), *inverse_dst_scale = array(2), *dst_zero_point = array(3);
    const bool weights_scale = p.weights_scale != problem::weights_scale_kind::none;
    const bool per_oc = p.weights_scale == problem::weights_scale_kind::per_oc;
    const float src_scale = p.src_scale ? args.src_scale[0] : 1.f;
    for (dim oc = 0; oc < p.oc; ++oc) {
        const float of_weights = weights_scale ? args.weights_scale[per_oc ? oc : 0] : 1.f;
        scale[oc] = p.src_scale && !p.scales_in_turn ? src_scale * of_weights : of_weights;
    }
    if (p.scales_in_turn) std::fill_n(array(4), p.oc, src_scale);
    for (dim oc = 0; p.bias && oc < p.oc; ++oc) bias[oc] = args.bias[oc];
    for (dim oc = 0; p.dst_scale && oc < p.oc; ++oc)
        inverse_dst_scale[oc] = 1.f / args.dst_scale[p.dst_scale_per_oc ? oc : 0];
    for (dim oc = 0; p.dst_zero_point && oc < p.oc; ++oc)
        dst_zero_point[oc] = args.dst_zero_points[p.dst_zero_point_per_oc ? oc : 0];
}

} // namespace

dim prepare_src_zero_points(
        const problem &p, const workspace &space, const run_args &args, std::byte *scratchpad) {
    const dim lowest = p.src == data_type::u8 ? 0 : -128, highest = lowest + 255;
    dim largest = std::max(highest, -lowest);
    if (!p.src_zero_point) return largest;
    auto *values = reinterpret_cast<std::int16_t *>(scratchpad + space.src_zero_points_offset);
    for (dim ic = 0; ic < p.ic; ++ic) {
        // An s32 beyond 2^24 is rounded on its way through f32, and far beyond any range whatever it is.
        const auto value = static_cast<dim>(args.src_zero_points[p.src_zero_point_per_ic ? ic : 0]);
        largest = std::max({largest, highest - value, value - lowest});
        values[ic] = static_cast<std::int16_t>(std::clamp<dim>(
                value, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
    }
    return largest;
}

void prepare_quantization(
        const problem &p, const workspace &space, const run_args &args, std::byte *scratchpad) {
    prepare_per_oc(p, space, args, scratchpad);
    auto *operands = reinterpret_cast<float *>(scratchpad + space.operands_offset);
    for (std::size_t i = 0; i < p.post_ops.size(); ++i) {
        const post_op &op = p.post_ops[i];
        if (op.has_operand() && op.operand == post_op::broadcast::common)
            operands[i] = read_value(op.type, args.operands[i], 0);
    }
}

namespace {

// In one pass, and values instead of what they were read from: this is done for each execution. The block can
// be at any alignment.
template <typename T>
void scale_each(const std::byte *from, T factor, T *to, dim count) {
    for (dim i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, from + i * dim {sizeof(T)}, sizeof(T));
        // Sums wrap, as everything in s32 does here.
        if constexpr (std::is_integral_v<T>)
            to[i] = static_cast<T>(static_cast<std::uint32_t>(value) * static_cast<std::uint32_t>(factor));
        else
            to[i] = value * factor;
    }
}

} // namespace

// Zero points are the same for all classes of tiles.
// A component of V is step * (q - zero_point): the zero point's part of a sum is known beforehand.
void prepare_components(const weights_layout &layout, const class_quantizers &quantizers,
        const workspace &space, const packed_block &block, std::byte *scratchpad) {
    const number_system &numbers = block.numbers;
    const auto group_bytes = static_cast<std::size_t>(layout.oc * 4);
    for (dim g = 0; g < layout.group_count(); ++g) {
        const std::byte *payload = packed_payload(layout, packed_group(layout, block.data, g));
        const std::byte *packed_scales = payload + layout.scales_offset(numbers);
        const std::byte *packed_sums = payload + layout.sums_offset(numbers);
        for (int k = 0; k < tile_classes; ++k)
            for (std::size_t c = 0; c < quantizers[k].components.size(); ++c) {
                const component_quantizer &q = quantizers[k].components[c];
                const dim from = static_cast<dim>(c) * layout.padded_oc() * 4;
                const std::size_t of_group = static_cast<std::size_t>(g) * group_bytes;
                const auto array = [&](std::size_t offset, std::size_t index) {
                    return scratchpad + offset + index * space.per_oc_stride + of_group;
                };
                auto *scales = reinterpret_cast<float *>(
                        array(space.per_oc_offset, static_cast<std::size_t>(space.first_scales[k]) + c));
                auto *initial = reinterpret_cast<std::int32_t *>(array(space.initial_sums_offset, c));
                scale_each(packed_scales + from, q.step, scales, layout.oc);
                if (k == both_large)
                    scale_each(packed_sums + from, -std::int32_t {q.zero_point}, initial, layout.oc);
            }
    }
}

void prepare_exact_bytes(const weights_layout &layout, const exact_bytes &bytes, const workspace &space,
        const packed_block &block, std::byte *scratchpad) {
    for (dim g = 0; g < layout.group_count(); ++g) {
        const std::byte *sums = packed_payload(layout, packed_group(layout, block.data, g))
                                + layout.sums_offset(block.numbers);
        for (int c = 0; c < layout.shape().components(); ++c) {
            if (!block.numbers.bytes_exactly.contains(c)) continue;
            std::byte *initial = scratchpad + space.initial_sums_offset
                                 + static_cast<std::size_t>(c) * space.per_oc_stride
                                 + static_cast<std::size_t>(g * layout.oc * 4);
            scale_each(sums + c * layout.padded_oc() * 4,
                    -std::int32_t {bytes.components[static_cast<std::size_t>(c)].zero_point},
                    reinterpret_cast<std::int32_t *>(initial), layout.oc);
        }
    }
}

} // namespace winodnn
