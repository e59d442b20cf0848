// The weights transform of 3x3 filters, U = G g G^T in the scaled integers of winograd/transform.hpp.
#pragma once

#include "winograd/tile.hpp"

#include <cstddef>
#include <cstdint>

namespace winodnn {

// Filters are transformed side by side, at most so many: all that is in use is in the first-level cache.
constexpr std::ptrdiff_t most_filters = 1024;

// taps: [kh][kw][count], values of s8; components: rows of `count` s16, exact, so many bytes from one row to
// the next and at any alignment.
void transform_weights(const tile &t, const std::int16_t *taps, std::ptrdiff_t count, std::byte *components,
        std::ptrdiff_t component_stride);
// The inverse for one filter, exact for values that transform_weights made. weights: 9 values, [kh][kw].
void inverse_transform_weights(const tile &t, const std::int16_t *components, std::int8_t *weights);

} // namespace winodnn
