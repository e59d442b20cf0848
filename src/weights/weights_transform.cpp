#include "weights/weights_transform.hpp"

#include "problem/limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace winodnn {

namespace {

// G's first row is (scale * g0 / ..., 0, 0) for the point 0, its last one g2 for infinity; the point 1 sums
// all three. These three rows give back the taps.
struct tap_rows {
    int at_zero, at_one, at_infinity;
};

tap_rows find_rows(const int_matrix &g) {
    tap_rows rows {};
    for (int r = 0; r < g.rows(); ++r) {
        if (g(r, 1) == 0 && g(r, 2) == 0) rows.at_zero = r;
        if (g(r, 0) == g(r, 1) && g(r, 1) == g(r, 2)) rows.at_one = r;
        if (g(r, 0) == 0 && g(r, 1) == 0) rows.at_infinity = r;
    }
    return rows;
}

using tap_values = std::array<int, most_taps_along>;

// The taps along one dimension from what transform made of them: value(r) for its row r.
template <typename Value>
tap_values solve(const transform &t, const Value &value) {
    if (t.direct) {
        tap_values taps {};
        for (int k = 0; k < t.taps(); ++k) taps[k] = value(k);
        return taps;
    }
    const int_matrix &g = t.weights;
    const tap_rows rows = find_rows(g);
    const int g0 = value(rows.at_zero) / g(rows.at_zero, 0);
    const int g2 = value(rows.at_infinity) / g(rows.at_infinity, 2);
    return {g0, value(rows.at_one) / g(rows.at_one, 0) - g0 - g2, g2};
}

// One row of a matrix times its taps, for all filters. In 16 bits, modulo 2^16: the results fit, so what
// happens on the way does not matter.
void combine(const int_matrix &g, int row, const std::int16_t *values, std::ptrdiff_t stride,
        std::ptrdiff_t count, std::int16_t *sums) {
    if (g.cols() == 1) { // one tap is not transformed
        std::copy_n(values, count, sums);
        return;
    }
    // Unsigned, and of 32 bits: products of 16-bit ones would be signed, and overflow.
    const auto wide = [](int x) { return static_cast<std::uint32_t>(x); };
    const std::uint32_t a = wide(g(row, 0)), b = wide(g(row, 1)), c = wide(g(row, 2));
    const std::int16_t *second = values + stride, *third = second + stride;
    for (std::ptrdiff_t n = 0; n < count; ++n)
        sums[n] = static_cast<std::int16_t>(a * wide(values[n]) + b * wide(second[n]) + c * wide(third[n]));
}

} // namespace

void transform_weights(const tile &t, const std::int16_t *taps, std::ptrdiff_t count, std::byte *planes,
        const std::ptrdiff_t *plane_offsets) {
    const int_matrix &rows = t.rows.weights, &cols = t.cols.weights;
    std::array<std::int16_t, most_taps_along * most_filters> line;
    std::array<std::int16_t, most_filters> sums;
    for (int i = 0; i < rows.rows(); ++i) {
        for (int kw = 0; kw < cols.cols(); ++kw)
            combine(rows, i, taps + kw * count, cols.cols() * count, count, line.data() + kw * most_filters);
        for (int j = 0; j < cols.rows(); ++j) {
            combine(cols, j, line.data(), most_filters, count, sums.data());
            std::memcpy(planes + *plane_offsets++, sums.data(),
                    static_cast<std::size_t>(count) * sizeof(sums[0]));
        }
    }
}

void inverse_transform_weights(const tile &t, const std::int16_t *planes, std::int8_t *weights) {
    const int width = t.cols.weights.rows();
    std::array<tap_values, most_inputs_along> lines {}; // of each row of planes, the taps along w
    for (int i = 0; i < t.rows.weights.rows(); ++i)
        lines[i] = solve(t.cols, [&](int j) { return planes[i * width + j]; });
    for (int kw = 0; kw < t.cols.taps(); ++kw) {
        const tap_values column = solve(t.rows, [&](int i) { return lines[i][kw]; });
        for (int kh = 0; kh < t.rows.taps(); ++kh)
            weights[kh * t.cols.taps() + kw] = static_cast<std::int8_t>(column[kh]);
    }
}

} // namespace winodnn
