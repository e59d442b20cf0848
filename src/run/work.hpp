// What a work item is about.
#pragma once

#include "problem/problem.hpp"

#include <cstddef>

namespace winodnn {

// Consecutive tiles that are transformed, multiplied and transformed back together.
struct tile_block {
    dim begin, end;
    dim size() const { return end - begin; }
};

// Output channels, counted over all groups.
struct channel_span {
    dim begin, count;
};

// A thread's part of the scratchpad.
struct thread_space {
    std::byte *v, *m, *partial;
};

} // namespace winodnn
