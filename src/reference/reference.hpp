// What winodnn has to compute, by the documented formula, in scalar code. For tests, and for nothing else.
#pragma once

#include "problem/problem.hpp"
#include "run/convolution.hpp"

#include <cstdint>
#include <vector>

namespace winodnn {

// The sums of (src - src_zero_point) * weights, dense nhwc. weights:
// [oc of all groups][ic of one][kh][kw].
// Throws std::overflow_error if a sum is outside s32, where there is no right answer.
std::vector<std::int32_t> reference_accumulators(const problem &p, const void *src,
        const std::int8_t *weights, const typed_values &src_zero_points = {});

// Scales, biases, post-ops and saturation: writes args.dst. Of args, all but src, weights and
// scratchpad are read, as far as the problem has them.
void reference_store(const problem &p, const run_args &args, const std::vector<std::int32_t> &accumulators);

} // namespace winodnn
