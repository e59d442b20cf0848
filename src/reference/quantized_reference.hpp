// The quantized arithmetic in scalar code: integers exactly, what follows in f64. For tests, and for nothing
// else.
#pragma once

#include "problem/problem.hpp"
#include "winograd/number_system.hpp"
#include "winograd/quantizer.hpp"
#include "winograd/tile_classes.hpp"

#include <cstdint>
#include <vector>

namespace winodnn {

// Of all groups: [plane][oc][ic of one group], and by component what one of U is in Y: [component][oc].
struct quantized_filters {
    std::vector<std::int32_t> u;
    std::vector<float> scales;
};

struct quantized_outputs {
    std::vector<double> y; // dense nhwc, what stands for the accumulators
    std::vector<double>
            magnitudes; // of the terms that y is the sum of: its rounding errors are relative to them
};

// mixed: with smaller pieces at the edges. zero_points: one for each input channel of all groups. `limit`:
// where u8 saturates, 255 or 127.
// Throws std::overflow_error if a sum leaves 32 bits.
quantized_outputs reference_quantized(const problem &p, const tile &t, bool mixed,
        const number_system &numbers, const class_quantizers &quantizers, const void *src,
        const std::vector<int> &zero_points, const quantized_filters &filters);

} // namespace winodnn
