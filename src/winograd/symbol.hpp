// Numbers a + b w, where w is a root of unity that is kept as a symbol: of order 4, w^2 = -1, or of order 6,
// w^2 = w - 1. Multiplying with a power of w only adds and negates, so that a Fourier transform over these
// numbers needs no multiplication.
#pragma once

#include <array>

namespace winodnn {

struct symbol {
    int a = 0, b = 0;

    bool operator==(const symbol &) const = default;
};

constexpr symbol root_power(int order, int exponent) {
    symbol power {1, 0};
    for (int i = 0; i < exponent % order; ++i)
        power = order == 4 ? symbol {-power.b, power.a} : symbol {-power.b, power.a + power.b};
    return power;
}

// A product of such numbers takes three products of integers. What is wanted is the trace (twice the real
// part) of x u y, for values x, weights u and outputs y:
//     trace(x u y) = sum over k = 0, 1, 2 of value_form(x, k) * weights_form(u, k) * value_form(y, k)
// The third form of values is a + b of order 6, where a - b has coefficients of 2, and 5 dB more noise in 8
// bits. Of order 4 it is a - b, x0 - x1 - x2 + x3 in one dimension, which is smaller than x0 + x1 - x2 - x3
// in smooth images: 1 dB less noise. All that is not 0, 1 or -1 is in the weights' forms, which are computed
// once.
constexpr int forms = 3;

constexpr int value_form(int order, symbol x, int form) {
    return std::array {x.a, x.b, order == 4 ? x.a - x.b : x.a + x.b}[static_cast<std::size_t>(form)];
}

constexpr int weights_form(int order, symbol u, int form) {
    const std::array by_form = order == 4 ? std::array {2 * (u.a - u.b), -2 * (u.a + u.b), 2 * u.b}
                                          : std::array {u.a + 2 * u.b, -2 * u.a - u.b, u.a - u.b};
    return by_form[static_cast<std::size_t>(form)];
}

} // namespace winodnn
