#include "winograd/ranges.hpp"

#include <limits>

namespace winodnn {

namespace {

struct coefficient_sums {
    std::int64_t positive = 0, negative = 0; // both as magnitudes
};

// A component of a 2-D transform is sum over k, l of rows(i, k) * cols(j, l) * x(k, l).
coefficient_sums sums_of(const int_matrix &rows, const int_matrix &cols, int component) {
    const int i = component / cols.rows(), j = component % cols.rows();
    coefficient_sums sums;
    for (int k = 0; k < rows.cols(); ++k)
        for (int l = 0; l < cols.cols(); ++l) {
            const std::int64_t c = std::int64_t {rows(i, k)} * cols(j, l);
            (c > 0 ? sums.positive : sums.negative) += c > 0 ? c : -c;
        }
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

value_range input_component_range(const tile &t, int component, value_range source) {
    return range_of(sums_of(t.rows.input, t.cols.input, component), source);
}

value_range weights_component_range(const tile &t, int component) {
    return range_of(sums_of(t.rows.weights, t.cols.weights, component), {-128, 127});
}

bool fits_s16(const tile &t, value_range source) {
    for (int c = 0; c < t.components(); ++c)
        if (!fits(input_component_range(t, c, source)) || !fits(weights_component_range(t, c))) return false;
    return true;
}

std::int64_t accumulator_limit(const tile &t) {
    return std::int64_t {1} << (31 - t.shift());
}

} // namespace winodnn
