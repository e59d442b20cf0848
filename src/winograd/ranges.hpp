// How large the values in the Winograd domain can get. Computed from the matrices, never assumed.
#pragma once

#include "problem/problem.hpp"
#include "winograd/bilinear_algorithm.hpp"
#include "winograd/tile_classes.hpp"

namespace winodnn {

// Of one plane of the transformed source, for source values in `source` (which includes 0).
value_range input_range(const bilinear_algorithm &t, int plane, value_range source);
// Of one plane of transformed weights.
value_range weights_range(const bilinear_algorithm &t, int plane, value_range weights = {-128, 127});
// The transform of the source fits 16 bits in every plane.
bool input_fits_s16(const bilinear_algorithm &t, value_range source);
// The largest x such that all sources from -x to x have all planes of all pieces in 16 bits.
std::int32_t largest_source(const class_pieces &pieces);
// Both transforms fit 16 bits in every plane: the s16 domain is exact for this source range.
bool fits_s16(const bilinear_algorithm &t, value_range source);

// An accumulator Y is recovered exactly from the wrapped sums if -limit <= Y < limit.
std::int64_t accumulator_limit(const bilinear_algorithm &t);

} // namespace winodnn
