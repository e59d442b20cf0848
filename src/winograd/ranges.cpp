#include "winograd/ranges.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace winodnn {

namespace {

struct coefficient_sums {
    std::int64_t positive = 0, negative = 0; // both as magnitudes
};

coefficient_sums sums_of(const int_matrix &m, int row) {
    coefficient_sums sums;
    for (int c = 0; c < m.cols(); ++c)
        (m(row, c) > 0 ? sums.positive : sums.negative) += std::abs(std::int64_t {m(row, c)});
    return sums;
}

value_range range_of(const coefficient_sums &s, value_range x) {
    return {static_cast<std::int32_t>(s.positive * x.lo - s.negative * x.hi),
            static_cast<std::int32_t>(s.positive * x.hi - s.negative * x.lo)};
}

bool fits(value_range r) {
    using limits = std::numeric_limits<std::int16_t>;
    return r.lo >= limits::min() && r.hi <= limits::max();
}

} // namespace

value_range input_range(const bilinear_algorithm &t, int plane, value_range source) {
    return range_of(sums_of(t.input, plane), source);
}

value_range weights_range(const bilinear_algorithm &t, int plane, value_range weights) {
    return range_of(sums_of(t.weights, plane), weights);
}

bool input_fits_s16(const bilinear_algorithm &t, value_range source) {
    for (int plane = 0; plane < t.v_planes(); ++plane)
        if (!fits(input_range(t, plane, source))) return false;
    return true;
}

std::int32_t largest_source(const class_pieces &pieces) {
    std::int64_t largest_sum = 1;
    for (const tile_piece *of_class : pieces)
        for (int plane = 0; of_class != nullptr && plane < of_class->v_planes(); ++plane) {
            const coefficient_sums s = sums_of(of_class->input, plane);
            largest_sum = std::max(largest_sum, s.positive + s.negative);
        }
    return static_cast<std::int32_t>(std::numeric_limits<std::int16_t>::max() / largest_sum);
}

bool fits_s16(const bilinear_algorithm &t, value_range source) {
    if (!input_fits_s16(t, source)) return false;
    for (int plane = 0; plane < t.u_planes(); ++plane)
        if (!fits(weights_range(t, plane))) return false;
    return true;
}

std::int64_t accumulator_limit(const bilinear_algorithm &t) {
    return std::int64_t {1} << (31 - t.shift());
}

} // namespace winodnn
