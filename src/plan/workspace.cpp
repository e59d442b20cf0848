#include "plan/workspace.hpp"

#include "problem/limits.hpp"
#include "problem/rounding.hpp"
#include "weights/exactness.hpp"

#include <algorithm>

namespace winodnn {

namespace {

constexpr std::size_t cache_line = 64;

// Planes are read and written at the same time, one stream each. At a stride of a multiple of 4 KiB they
// would all fall into the same few sets of the first-level cache: an odd number of lines spreads them.
dim plane_stride(dim bytes) {
    const dim lines = ceil_div(bytes, dim {64});
    return (lines | 1) * 64;
}

} // namespace

workspace::workspace(const problem &p, const plan &chosen, const block_map &map) {
    const weights_layout &layout = map.layout();
    const tile &t = layout.shape();
    const dim tiles = map.largest_block();

    v_tile_stride = layout.padded_ic() * 2;
    v_planes = {plane_stride(tiles * v_tile_stride), plane_stride(tiles * v_tile_stride / 2)};
    m_tile_stride = layout.oc_block() * 4;
    m_plane_stride = plane_stride(tiles * m_tile_stride);
    partial_pixel_stride = layout.oc_block() * 4;
    partial_tile_stride = partial_pixel_stride * t.outputs.count();
    splits = !chosen.numbers.has_initial_sums() && may_split(layout);
    stages =
            std::ranges::any_of(p.post_ops, [](const post_op &op) { return op.op == post_op::kind::staged; });

    // The last group's last vector may reach beyond the channels.
    const auto lines = [](dim bytes) { return round_up(static_cast<std::size_t>(bytes), cache_line); };
    per_oc_offset = 0;
    per_oc_stride = lines((p.oc - layout.oc + layout.padded_oc()) * 4); // the last group's last vector
    const auto components = static_cast<std::size_t>(t.components());
    const std::size_t scales = chosen.numbers.quantized ? components : 0;
    const std::size_t initial_sums = chosen.numbers.has_initial_sums() ? components : 0;
    std::size_t arrays = p.scales_in_turn ? 5 : 4;
    for (int c = 0; c < tile_classes; ++c) {
        first_scales[c] = static_cast<int>(arrays);
        if (map.pieces()[c] != nullptr) arrays += scales;
    }
    static_assert(most_oc * 4 * (5 + tile_classes * most_planes) <= most_displacement - 2 * 64);
    initial_sums_offset = per_oc_offset + arrays * per_oc_stride;
    src_zero_points_offset = initial_sums_offset + initial_sums * per_oc_stride;
    operands_offset = src_zero_points_offset + lines(p.ic * 2);
    threads_offset = operands_offset + lines(static_cast<dim>(p.post_ops.size()) * 4);
    v_offset = 0;
    m_offset = v_offset + static_cast<std::size_t>(v_planes.offset(t, chosen.numbers, t.v_planes()));
    partial_offset = m_offset + static_cast<std::size_t>(t.m_planes() * m_plane_stride);
    input_scratch_offset =
            partial_offset + static_cast<std::size_t>(splits || stages ? tiles * partial_tile_stride : 0);
    // Half of the first-level cache, with what is read of the source: beyond it, transforming twice is
    // faster.
    constexpr dim most_scratch = 18 << 10;
    const dim scratch = t.v_planes() * plane_stride(v_tile_stride);
    const bool has_scratch = chosen.numbers.quantized && scratch <= most_scratch;
    input_scratch_stride = has_scratch ? plane_stride(v_tile_stride) : 0;
    levels_offset = input_scratch_offset + static_cast<std::size_t>(has_scratch ? scratch : 0);
    thread_bytes = levels_offset + (chosen.numbers.quantized ? lines(tiles * 4) : 0);
    total_bytes = threads_offset + thread_bytes * static_cast<std::size_t>(chosen.threads) + cache_line;
}

thread_space workspace::of_task(std::byte *scratchpad, int task) const {
    return in(scratchpad + threads_offset + thread_bytes * static_cast<std::size_t>(task));
}

} // namespace winodnn
