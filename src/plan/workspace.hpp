// What lies where in the scratchpad.
#pragma once

#include "plan/block_map.hpp"
#include "winograd/tile_classes.hpp"

#include <array>
#include <cstddef>

namespace winodnn {

// What a thread that runs a task has of the scratchpad.
struct thread_space {
    std::byte *v, *m, *partial;
    std::byte *input_scratch;
    std::int32_t *levels; // by slot, of quantized plans
};

// Shared by all threads: arrays of f32, one value for each output channel and to whole vectors: scales,
// biases, inverse dst scales, dst zero points, if scales are applied in turn the source's, and, if the plan
// is quantized, scales of each component, for each class of tiles; then the values that the sums of each
// component start from, s32, alike, also if some components are exact in 8 bits; then source zero points,
// s16, one for each input channel; then the operands of post-ops that are one value each, f32. Then for each
// thread V[plane][tile][ic] s16 or u8, M[plane][tile][oc in block] s32, and, if the channels may have to be
// split or post-ops are staged, partial sums or staged values [tile][output pixel][oc in block], s32 or f32;
// if the plan is quantized, one tile's V[plane][ic] in s16, before it is quantized, and each tile's level.
struct workspace {
    workspace(const problem &p, const plan &chosen, const block_map &map);

    thread_space of_task(std::byte *scratchpad, int task) const;
    // In memory of a thread's own, of thread_bytes, on a cache line.
    thread_space in(std::byte *own) const {
        return {own + v_offset, own + m_offset, own + partial_offset, own + input_scratch_offset,
                reinterpret_cast<std::int32_t *>(own + levels_offset)};
    }

    // Bytes. V's strides are those of s16 components; of 8-bit ones the tile's is half as large.
    dim v_tile_stride;
    plane_strides v_planes;
    dim input_scratch_stride; // 0: there is none
    dim m_tile_stride, m_plane_stride;
    dim partial_pixel_stride, partial_tile_stride;
    bool splits; // some weights for this problem need more than one part
    bool stages; // some post-ops are the host's

    // From the start.
    std::size_t per_oc_offset, per_oc_stride; // of the first of the arrays, and to the next
    // Of a class: which of the arrays is that of its first component.
    std::array<int, tile_classes> first_scales;
    std::size_t initial_sums_offset;
    std::size_t src_zero_points_offset, operands_offset;
    // From the thread's start.
    std::size_t v_offset, m_offset, partial_offset, input_scratch_offset, levels_offset;
    std::size_t threads_offset, thread_bytes;
    std::size_t total_bytes; // with room to align the start
};

} // namespace winodnn
