// The weights transform of filters, and its inverse, in the integers of winograd/bilinear_algorithm.hpp.
#pragma once

#include "winograd/tile.hpp"
#include "winograd/weights_inverse.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace winodnn {

// The matrix as additions and shifts, each of a row of filters that lie side by side.
class weights_transform {
public:
    explicit weights_transform(const bilinear_algorithm &t);

    // At most most_weights_at_once weights: all that is in use is in the first-level cache. taps:
    // [kh][kw][stride], values of s8, of which `count` are transformed; planes: of each, `count` s16, exact,
    // at plane_offsets[plane] bytes from `planes`, at any alignment.
    void operator()(const std::int16_t *taps, std::ptrdiff_t stride, std::ptrdiff_t count, std::byte *planes,
            const std::ptrdiff_t *plane_offsets) const;

private:
    enum class action { load, add, sub, shift_left, store, store_negated };
    struct step {
        action act;
        int to; // a row, or of a store the plane
        int a;  // a row, or of a load the tap
        int b;  // a row, or the shift's distance
    };
    class scheduler;

    std::vector<step> steps_;
};

// Made once for each tile.
const weights_transform &weights_transform_of(tile_id tile);

// The inverse for one filter, exact for values that weights_transform made. u: of inverse.planes, in their
// order; weights: [kh][kw].
void inverse_transform_weights(const weights_inverse &inverse, const std::int16_t *u, std::int8_t *weights);

} // namespace winodnn
