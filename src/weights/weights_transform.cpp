#include "weights/weights_transform.hpp"

#include <array>
#include <cstring>

namespace winodnn {

namespace {

constexpr int taps_along = 3; // h, and w

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

std::array<int, taps_along> solve(
        const int_matrix &g, const tap_rows &rows, int zero, int one, int infinity) {
    const int g0 = zero / g(rows.at_zero, 0);
    const int g2 = infinity / g(rows.at_infinity, 2);
    return {g0, one / g(rows.at_one, 0) - g0 - g2, g2};
}

// One row of a matrix times three values, for all filters. In 16 bits, modulo 2^16: the results fit, so what
// happens on the way does not matter.
void combine(const int_matrix &g, int row, const std::int16_t *values, std::ptrdiff_t stride,
        std::ptrdiff_t count, std::int16_t *sums) {
    // Unsigned, and of 32 bits: products of 16-bit ones would be signed, and overflow.
    const auto wide = [](int x) { return static_cast<std::uint32_t>(x); };
    const std::uint32_t a = wide(g(row, 0)), b = wide(g(row, 1)), c = wide(g(row, 2));
    const std::int16_t *second = values + stride, *third = second + stride;
    for (std::ptrdiff_t n = 0; n < count; ++n)
        sums[n] = static_cast<std::int16_t>(a * wide(values[n]) + b * wide(second[n]) + c * wide(third[n]));
}

} // namespace

void transform_weights(const tile &t, const std::int16_t *taps, std::ptrdiff_t count, std::byte *components,
        std::ptrdiff_t component_stride) {
    const int_matrix &rows = t.rows.weights, &cols = t.cols.weights;
    std::array<std::int16_t, taps_along * most_filters> line;
    std::array<std::int16_t, most_filters> sums;
    for (int i = 0; i < rows.rows(); ++i) {
        for (int kw = 0; kw < taps_along; ++kw)
            combine(rows, i, taps + kw * count, taps_along * count, count, line.data() + kw * most_filters);
        for (int j = 0; j < cols.rows(); ++j) {
            combine(cols, j, line.data(), most_filters, count, sums.data());
            std::memcpy(components, sums.data(), static_cast<std::size_t>(count) * sizeof(sums[0]));
            components += component_stride;
        }
    }
}

void inverse_transform_weights(const tile &t, const std::int16_t *components, std::int8_t *weights) {
    const int_matrix &rows = t.rows.weights, &cols = t.cols.weights;
    const tap_rows r = find_rows(rows), c = find_rows(cols);
    const auto line = [&](int i) {
        const std::int16_t *u = components + i * cols.rows();
        return solve(cols, c, u[c.at_zero], u[c.at_one], u[c.at_infinity]);
    };
    const auto zero = line(r.at_zero), one = line(r.at_one), infinity = line(r.at_infinity);
    for (int kw = 0; kw < taps_along; ++kw) {
        const auto column = solve(rows, r, zero[kw], one[kw], infinity[kw]);
        for (int kh = 0; kh < taps_along; ++kh)
            weights[kh * taps_along + kw] = static_cast<std::int8_t>(column[kh]);
    }
}

} // namespace winodnn
