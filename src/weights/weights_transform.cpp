#include "weights/weights_transform.hpp"

#include "problem/limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace winodnn {

namespace {

// One row of the matrix times the taps, for some filters. In 16 bits, modulo 2^16: the results fit, so what
// happens on the way does not matter.
void combine(const int_matrix &g, int plane, const std::int16_t *taps, std::ptrdiff_t stride,
        std::ptrdiff_t count, std::int16_t *sums) {
    std::fill_n(sums, count, std::int16_t {0});
    // Unsigned, and of 32 bits: products of 16-bit ones would be signed, and overflow.
    const auto wide = [](int x) { return static_cast<std::uint32_t>(x); };
    for (int k = 0; k < g.cols(); ++k) {
        const std::uint32_t factor = wide(g(plane, k));
        if (factor == 0) continue;
        const std::int16_t *values = taps + k * stride;
        for (std::ptrdiff_t n = 0; n < count; ++n)
            sums[n] = static_cast<std::int16_t>(wide(sums[n]) + factor * wide(values[n]));
    }
}

} // namespace

// Filters at once: what a few vector registers hold.
void transform_some(const bilinear_algorithm &t, int plane, const std::int16_t *taps, std::ptrdiff_t stride,
        std::ptrdiff_t some, some_filters &u) {
    combine(t.weights, plane, taps, stride, some, u.data());
}

void transform_weights(const bilinear_algorithm &t, const std::int16_t *taps, std::ptrdiff_t count,
        std::byte *planes, const std::ptrdiff_t *plane_offsets) {
    some_filters sums;
    constexpr std::ptrdiff_t filters_at_once = std::tuple_size_v<some_filters>;
    for (int plane = 0; plane < t.u_planes(); ++plane)
        for (std::ptrdiff_t first = 0; first < count; first += filters_at_once) {
            const std::ptrdiff_t some = std::min(count - first, filters_at_once);
            transform_some(t, plane, taps + first, count, some, sums);
            std::memcpy(planes + plane_offsets[plane] + first * std::ptrdiff_t {sizeof(sums[0])}, sums.data(),
                    static_cast<std::size_t>(some) * sizeof(sums[0]));
        }
}

void inverse_transform_weights(const weights_inverse &inverse, const std::int16_t *u, std::int8_t *weights) {
    for (int tap = 0; tap < inverse.coefficients.rows(); ++tap) {
        std::int32_t sum = 0;
        for (int i = 0; i < inverse.coefficients.cols(); ++i) sum += inverse.coefficients(tap, i) * u[i];
        weights[tap] = static_cast<std::int8_t>(sum / inverse.divisor);
    }
}

} // namespace winodnn
