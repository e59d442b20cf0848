// The weights transform of one 3x3 filter, U = G g G^T in the scaled integers of winograd/transform.hpp.
#pragma once

#include "winograd/tile.hpp"

#include <cstdint>

namespace winodnn {

// weights: 9 values, [kh][kw]; components: t.components() values, exact.
void transform_weights(const tile &t, const std::int8_t *weights, std::int16_t *components);
// The inverse, exact for values that transform_weights made.
void inverse_transform_weights(const tile &t, const std::int16_t *components, std::int8_t *weights);

} // namespace winodnn
