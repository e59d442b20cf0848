// The proof, on the actual weights, that every accumulator can be recovered from the wrapped 32-bit sums.
#pragma once

#include "weights/block_header.hpp"

#include <cstdint>

namespace winodnn {

// Consecutive parts of the input channels such that for every output channel the accumulator over each part
// stays within accumulator_limit() for any source in layout.source. They end at multiples of part_step().
// Usually one part. docs/numerics.md, "The bound".
exact_split split_exactly(const weights_layout &layout, const std::int8_t *weights);
// Whether there are weights that take more than one part.
bool may_split(const weights_layout &layout);

} // namespace winodnn
