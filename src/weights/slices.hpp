// The channels that lie together in the payload.
#pragma once

#include "problem/limits.hpp"
#include "problem/rounding.hpp"
#include "threads/thread_team.hpp"
#include "weights/weights_layout.hpp"

#include <algorithm>
#include <array>

namespace winodnn {

// [component][term][ic / n][oc in slice][n], n values to 32 bits.
struct slice_of_oc {
    dim begin, end;                                        // output channels that exist
    dim width;                                             // with the padding to whole vectors
    std::array<std::ptrdiff_t, most_planes> plane_offsets; // bytes from the payload's start
};

inline slice_of_oc slice_at(const weights_layout &l, const number_system &numbers, dim index) {
    const dim block = l.oc_block(), slice = l.oc_slice();
    const dim begin = index * slice, block_begin = begin / block * block;
    const dim width = std::min(slice, l.padded_oc() - begin); // the last slice, and block, can be narrower
    const dim block_width = std::min(block, l.padded_oc() - block_begin);
    const bilinear_algorithm &t = l.shape();
    slice_of_oc s {begin, std::min(begin + slice, l.oc), width, {}};
    for (int plane = 0; plane < t.u_planes(); ++plane) {
        const int component = t.component_of_u(plane);
        const dim before = block_begin * l.channel_bytes(numbers)
                           + block_width * l.channel_bytes_before(numbers, component)
                           + (begin - block_begin) * l.component_bytes(numbers, component);
        s.plane_offsets[plane] =
                before + t.term_of_u(plane) * width * l.padded_ic() * numbers.bytes(component);
    }
    return s;
}

inline int slice_tasks(const weights_layout &layout, const thread_team &team) {
    return static_cast<int>(std::min<dim>(ceil_div(layout.oc, layout.oc_slice()), team.size()));
}

// In so many tasks, in parallel: neighbours in memory come from one thread, one after the other. visit gets
// the slice and the number of the task, and must not throw.
template <typename Visit>
void for_each_slice(const weights_layout &layout, const number_system &numbers, const thread_team &team,
        int tasks, const Visit &visit) {
    const dim slices = ceil_div(layout.oc, layout.oc_slice());
    team.run(tasks, [&](int task) {
        for (dim s = slices * task / tasks; s < slices * (task + 1) / tasks; ++s)
            visit(slice_at(layout, numbers, s), task);
    });
}

} // namespace winodnn
