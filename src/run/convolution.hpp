// A convolution ready to run: kernels, stage order, blocking, threads, scratchpad.
#pragma once

#include "dispatch/plan.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace winodnn {

// Raw pointers, any alignment. What the problem does not have is not read.
struct run_args {
    const void *src = nullptr;
    const void *weights = nullptr; // a packed block
    const void *bias = nullptr;    // oc values, of all groups as scales are
    void *dst = nullptr;
    const float *src_scale = nullptr;     // 1 value
    const float *weights_scale = nullptr; // 1 or oc values
    const float *dst_scale = nullptr;     // 1 value
    std::int32_t src_zero_point = 0, dst_zero_point = 0;
    void *scratchpad = nullptr; // scratchpad_bytes(), any alignment
};

class convolution {
public:
    // Generates (or takes from the cache) all kernels that an execution can need.
    // Throws std::bad_alloc or std::runtime_error when code memory cannot be had.
    convolution(const problem &p, const plan &chosen);
    ~convolution();

    std::size_t scratchpad_bytes() const;

    // nullptr, or why nothing was computed: weights that were not packed for this plan or are corrupt, or a
    // source zero point outside the source data type (the exactness proof does not cover it).
    // Reentrant: all state of an execution is in the scratchpad. Allocates nothing.
    const char *execute(const run_args &args) const;

private:
    struct impl;
    std::unique_ptr<const impl> impl_;
};

// The scratchpad of a convolution that has not been made yet.
std::size_t scratchpad_bytes_for(const problem &p, const plan &chosen);

} // namespace winodnn
