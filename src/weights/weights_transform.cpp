#include "weights/weights_transform.hpp"

#include <array>

namespace winodnn {

namespace {

constexpr int taps = 3;

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

std::array<int, taps> solve(const int_matrix &g, const tap_rows &rows, int zero, int one, int infinity) {
    const int g0 = zero / g(rows.at_zero, 0);
    const int g2 = infinity / g(rows.at_infinity, 2);
    return {g0, one / g(rows.at_one, 0) - g0 - g2, g2};
}

} // namespace

void transform_weights(const tile &t, const std::int8_t *weights, std::int16_t *components) {
    const int_matrix &rows = t.rows.weights, &cols = t.cols.weights;
    for (int i = 0; i < rows.rows(); ++i) {
        std::array<int, taps> line {};
        for (int kw = 0; kw < taps; ++kw)
            for (int kh = 0; kh < taps; ++kh) line[kw] += rows(i, kh) * weights[kh * taps + kw];
        for (int j = 0; j < cols.rows(); ++j) {
            int sum = 0;
            for (int kw = 0; kw < taps; ++kw) sum += cols(j, kw) * line[kw];
            components[i * cols.rows() + j] = static_cast<std::int16_t>(sum);
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
    for (int kw = 0; kw < taps; ++kw) {
        const auto column = solve(rows, r, zero[kw], one[kw], infinity[kw]);
        for (int kh = 0; kh < taps; ++kh) weights[kh * taps + kw] = static_cast<std::int8_t>(column[kh]);
    }
}

} // namespace winodnn
