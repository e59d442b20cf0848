// Whether the source keeps the promise that components in 8 bits are exact by.
#pragma once

#include "plan/workspace.hpp"
#include "run/convolution.hpp"

namespace winodnn {

// Looks at all values of the source, minus zero points as prepare_src_zero_points() left them in the
// scratchpad: whether all are in the range of so many bits. A pass of its own: the transforms would find a
// broken promise when destinations, which a sum reads, have been written.
bool keeps_promise(const problem &p, int source_bits, const workspace &space, const run_args &args,
        const std::byte *scratchpad, const thread_team &team);

} // namespace winodnn
