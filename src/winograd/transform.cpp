#include "winograd/transform.hpp"

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace winodnn {

namespace {

// Coefficients, lowest power first, of the product of (x - a) over all points but `skip`.
std::vector<rational> product_without(std::span<const rational> points, int skip) {
    std::vector<rational> poly {1};
    for (int l = 0; l < static_cast<int>(points.size()); ++l) {
        if (l == skip) continue;
        std::vector<rational> next(poly.size() + 1);
        for (std::size_t k = 0; k < poly.size(); ++k) {
            next[k + 1] = next[k + 1] + poly[k];
            next[k] = next[k] - points[l] * poly[k];
        }
        poly = next;
    }
    return poly;
}

rational power(rational base, int exponent) {
    rational result = 1;
    for (int i = 0; i < exponent; ++i) result = result * base;
    return result;
}

// The least whole number that makes all the values whole.
std::int64_t common_denominator(const std::vector<rational> &values) {
    std::int64_t result = 1;
    for (const rational &value : values) result = std::lcm(result, value.den());
    return result;
}

int whole_number(rational value) {
    return static_cast<int>(value.num());
}

int_matrix identity(int size) {
    int_matrix m(size, size);
    for (int i = 0; i < size; ++i) m(i, i) = 1;
    return m;
}

int row_sum(const int_matrix &m, int row) {
    int sum = 0;
    for (int c = 0; c < m.cols(); ++c) sum += std::abs(m(row, c));
    return sum;
}

} // namespace

transform make_transform(std::span<const rational> points, int taps) {
    const int finite = static_cast<int>(points.size());
    const int n = finite + 1;
    const int m = n - taps + 1;
    if (m < 1) throw std::invalid_argument("winograd: too few points");

    transform t;
    t.input = int_matrix(n, n);
    t.weights = int_matrix(n, taps);
    t.output = int_matrix(m, n);
    t.points.assign(points.begin(), points.end());

    // Rows of B^T and columns of A^T are made whole where points are fractions; the weights pay for it, as
    // they do for N_j = product over l != j of (a_j - a_l), which Lagrange interpolation divides by.
    std::vector<std::vector<rational>> weights(n);
    for (int j = 0; j < finite; ++j) {
        rational divisor = 1;
        for (int l = 0; l < finite; ++l)
            if (l != j) divisor = divisor * (points[j] - points[l]);
        if (divisor == rational(0)) throw std::invalid_argument("winograd: two points are the same");
        const auto poly = product_without(points, j);
        std::vector<rational> column;
        for (int i = 0; i < m; ++i) column.push_back(power(points[j], i));
        const std::int64_t of_input = common_denominator(poly), of_output = common_denominator(column);
        for (int k = 0; k < finite; ++k) t.input(j, k) = whole_number(poly[k] * of_input);
        for (int i = 0; i < m; ++i) t.output(i, j) = whole_number(column[i] * of_output);
        for (int k = 0; k < taps; ++k)
            weights[j].push_back(power(points[j], k) / (divisor * of_input * of_output));
    }
    // Infinity: the leading coefficient.
    const auto all = product_without(points, -1);
    const std::int64_t of_input = common_denominator(all);
    for (int k = 0; k < n; ++k) t.input(finite, k) = whole_number(all[k] * of_input);
    weights[finite].assign(taps, 0);
    weights[finite].back() = rational(1, of_input);

    std::int64_t scale = 1;
    for (const auto &row : weights) scale = std::lcm(scale, common_denominator(row));
    t.scale = static_cast<int>(scale);
    for (int j = 0; j < n; ++j)
        for (int k = 0; k < taps; ++k) t.weights(j, k) = whole_number(weights[j][k] * scale);

    // Infinity's row of weights would be the one large one; powers of two move to the output (a shift there)
    // until it is no larger than the others, so that it costs no range in U.
    int largest = 0;
    for (int j = 0; j < finite; ++j) largest = std::max(largest, row_sum(t.weights, j));
    int at_infinity = t.weights(finite, taps - 1), moved = 1;
    while (at_infinity > largest && at_infinity % 2 == 0) {
        at_infinity /= 2;
        moved *= 2;
    }
    t.weights(finite, taps - 1) = at_infinity;
    t.output(m - 1, finite) = moved;
    return t;
}

namespace {

// What the first row is multiplied by to give the second.
rational quotient(const int_matrix &from, int row, const int_matrix &to, int to_row) {
    int tap = 0;
    while (from(row, tap) == 0) ++tap;
    return rational(to(to_row, tap), from(row, tap));
}

bool has_negative(const int_matrix &m, int row) {
    for (int c = 0; c < m.cols(); ++c)
        if (m(row, c) < 0) return true;
    return false;
}

// The first coefficient that is not 0.
int leading(const int_matrix &m, int col) {
    int row = 0;
    while (m(row, col) == 0) ++row;
    return m(row, col);
}

} // namespace

transform make_smaller(const transform &whole, int outputs) {
    const std::span<const rational> points = whole.points;
    const int finite = outputs + whole.taps() - 2;
    transform t = make_transform(points.first(static_cast<std::size_t>(finite)), whole.taps());
    for (int j = 0; j < t.inputs(); ++j) {
        const int same = j < finite ? j : whole.inputs() - 1;
        const rational factor = rational(whole.scale, t.scale) / quotient(t.weights, j, whole.weights, same);
        for (int k = 0; k < t.taps(); ++k) t.weights(j, k) = whole.weights(same, k);
        for (int i = 0; i < outputs; ++i) {
            const rational coefficient = factor * t.output(i, j);
            if (coefficient.den() != 1)
                throw std::invalid_argument("winograd: a smaller tile would need fractions");
            t.output(i, j) = whole_number(coefficient);
        }
        // Programs want a positive coefficient in each row: where the input's row can change its sign, the
        // output's column gets a positive one.
        if (leading(t.output, j) > 0 || !has_negative(t.input, j)) continue;
        for (int k = 0; k < t.inputs(); ++k) t.input(j, k) = -t.input(j, k);
        for (int i = 0; i < outputs; ++i) t.output(i, j) = -t.output(i, j);
    }
    t.scale = whole.scale;
    return t;
}

transform make_direct(int outputs, int taps) {
    return {identity(outputs + taps - 1), identity(taps), identity(outputs), 1, true};
}

} // namespace winodnn
