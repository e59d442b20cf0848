// The weights transform of filters, and its inverse, in the integers of winograd/bilinear_algorithm.hpp.
#pragma once

#include "winograd/bilinear_algorithm.hpp"
#include "winograd/weights_inverse.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace winodnn {

// Filters are transformed side by side, at most most_weights_at_once weights: all that is in use is in the
// first-level cache. taps: [kh][kw][count], values of s8; planes: of each, `count` s16, exact, at
// plane_offsets[plane] bytes from `planes`, at any alignment.
void transform_weights(const bilinear_algorithm &t, const std::int16_t *taps, std::ptrdiff_t count,
        std::byte *planes, const std::ptrdiff_t *plane_offsets);
// One plane of at most so many of them: `some`, of which the first one's taps are `stride` apart.
using some_filters = std::array<std::int16_t, 64>;
void transform_some(const bilinear_algorithm &t, int plane, const std::int16_t *taps, std::ptrdiff_t stride,
        std::ptrdiff_t some, some_filters &u);
// The inverse for one filter, exact for values that transform_weights made. u: of inverse.planes, in their
// order; weights: [kh][kw].
void inverse_transform_weights(const weights_inverse &inverse, const std::int16_t *u, std::int8_t *weights);

} // namespace winodnn
