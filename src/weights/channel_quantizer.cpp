#include "weights/channel_quantizer.hpp"

#include <algorithm>
#include <array>

namespace winodnn {

namespace {

constexpr float most_s8 = 127.f, most_s16 = 32767.f;

// To nearest, ties to even, for |x| < 2^22: compilers have vector code for this, but not for nearbyint on
// every x86.
float rounded(float x) {
    constexpr float magic = 0x1.8p23f;
    return (x + magic) - magic;
}

float clamped(float x, float limit) {
    return std::min(std::max(x, -limit), limit);
}

// One row of a matrix times rows of values.
void combine(const int_matrix &g, int row, const float *values, dim stride, dim count, float *sums) {
    std::fill_n(sums, count, 0.f);
    for (int k = 0; k < g.cols(); ++k) {
        const auto factor = static_cast<float>(g(row, k));
        if (factor == 0.f) continue;
        for (dim i = 0; i < count; ++i) sums[i] += factor * values[k * stride + i];
    }
}

} // namespace

channel_quantizer::channel_quantizer(const bilinear_algorithm &t, dim ic, dim padded_ic)
    : tile_(&t), ic_(ic), padded_ic_(padded_ic),
      filter_(static_cast<std::size_t>(t.taps.count() * padded_ic)),
      u_(static_cast<std::size_t>(t.u_planes() * padded_ic)) {}

void channel_quantizer::transform(const float *filters) {
    const int taps = tile_->taps.count();
    for (dim ic = 0; ic < ic_; ++ic)
        for (int tap = 0; tap < taps; ++tap) filter_[tap * padded_ic_ + ic] = filters[ic * taps + tap];
    for (int plane = 0; plane < tile_->u_planes(); ++plane)
        combine(tile_->weights, plane, filter_.data(), padded_ic_, padded_ic_,
                u_.data() + plane * padded_ic_);
}

void channel_quantizer::clear() {
    std::fill(u_.begin(), u_.end(), 0.f);
}

float channel_quantizer::scale(int component, bool wide) const {
    if (largest(component) == 0.f) return 1.f;
    return wide ? wide_scale(component) : narrow_scale(component);
}

std::int32_t channel_quantizer::quantized(float u, float scale, bool wide) {
    return static_cast<std::int32_t>(rounded(clamped(u / scale, wide ? most_s16 : most_s8)));
}

template <typename Visit>
void channel_quantizer::for_each_plane(int component, const Visit &visit) const {
    for (int plane = 0; plane < tile_->u_planes(); ++plane)
        if (tile_->component_of_u(plane) == component) visit(u(plane));
}

float channel_quantizer::largest(int component) const {
    float result = 0;
    for_each_plane(component, [&](const float *u) {
        for (dim i = 0; i < padded_ic_; ++i) result = std::max(result, std::fabs(u[i]));
    });
    return result;
}

double channel_quantizer::sum_of_magnitudes(int component) const {
    double result = 0;
    for_each_plane(component, [&](const float *u) {
        for (dim i = 0; i < padded_ic_; ++i) result += std::fabs(u[i]);
    });
    return result;
}

double channel_quantizer::squared_error(int component, float scale) const {
    std::array<float, 8> lanes {}; // so that compilers find vectors
    for_each_plane(component, [&](const float *u) {
        for (dim i = 0; i < padded_ic_; i += std::ssize(lanes))
            for (dim l = 0; l < std::ssize(lanes); ++l) {
                const float error = u[i + l] - scale * rounded(clamped(u[i + l] / scale, most_s8));
                lanes[l] += error * error;
            }
    });
    double sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

float channel_quantizer::narrow_scale(int component) const {
    const float unclipped = largest(component) / most_s8;
    float best = unclipped;
    double least = squared_error(component, best);
    for (int step = 1; step <= 7; ++step) {
        const float scale = unclipped * (1.f - 0.05f * static_cast<float>(step));
        const double error = squared_error(component, scale);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

// |q| <= |u| / scale + 1/2, hence sum |q| <= sum |u| / scale + n / 2, which may be (2^31 - 1) / wide_limit.
float channel_quantizer::wide_scale(int component) const {
    const double products = static_cast<double>(ic_ * tile_->terms());
    const double most_sum = 2147483647.0 / wide_limit - 0.5 * products - 1;
    constexpr double rounding = 1.0001; // of all that is f32 here
    return static_cast<float>(std::max(static_cast<double>(largest(component) / most_s16),
            rounding * sum_of_magnitudes(component) / most_sum));
}

} // namespace winodnn
