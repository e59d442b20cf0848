// The proof, on the actual weights, that every accumulator can be recovered from the wrapped 32-bit sums.
#pragma once

#include "weights/weights_layout.hpp"

#include <cstdint>
#include <vector>

namespace winodnn {

// Ends, in input channels, of consecutive parts such that for every output channel the accumulator over each
// part stays within accumulator_limit() for any source in layout.source. Ascending multiples of 8; the last
// is layout.padded_ic(). Usually one part. docs/numerics.md, "The bound".
std::vector<std::uint32_t> exact_parts(const weights_layout &layout, const std::int8_t *weights);

} // namespace winodnn
