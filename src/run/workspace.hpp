// What lies where in the scratchpad.
#pragma once

#include "dispatch/plan.hpp"

#include <cstddef>

namespace winodnn {

// Shared by all threads: scales and biases, a f32 each per output channel and to
// whole vectors. Then for each thread
// V[component][tile][ic] s16, M[component][tile][oc in block] s32, and, if the channels may have to be split,
// partial sums [tile][output pixel][oc in block] s32.
struct workspace {
    workspace(const problem &p, const plan &chosen);

    dim v_tile_stride, v_component_stride; // bytes
    dim m_tile_stride, m_component_stride;
    dim partial_pixel_stride, partial_tile_stride;
    bool splits; // some weights for this problem need more than one part

    std::size_t scale_offset, bias_offset;          // from the start
    std::size_t v_offset, m_offset, partial_offset; // from the thread's start
    std::size_t threads_offset, thread_bytes;
    std::size_t total_bytes; // with room to align the start
};

} // namespace winodnn
