#include "synthetic.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn::bench {
namespace {

// One row or column: `stride` values from one pixel to the next, and as many side by side.
void smooth(float *first, std::int64_t pixels, std::int64_t stride, std::int64_t channels) {
    std::vector<float> before(static_cast<std::size_t>(channels), 0.f), here(before.size());
    for (std::int64_t n = 0; n < pixels; ++n) {
        float *at = first + n * stride;
        std::copy_n(at, channels, here.begin());
        for (std::int64_t c = 0; c < channels; ++c) {
            const auto i = static_cast<std::size_t>(c);
            const float next = n + 1 < pixels ? at[stride + c] : 0.f;
            at[c] = (before[i] + 2 * here[i] + next) / 4;
        }
        std::swap(before, here);
    }
}

// (1, 2, 1) / 4 twice leaves the variance of white noise times 70 / 256, in each of two dimensions.
constexpr float deviation_left = 70.f / 256.f;

// The sum of eight even bytes, with mean 0 and variance 1.
float gaussian(std::mt19937_64 &random) {
    const std::uint64_t bytes = random();
    int sum = -8 * 255 / 2;
    for (int n = 0; n < 64; n += 8) sum += static_cast<int>(bytes >> n & 255);
    return static_cast<float>(sum) / 209.02f;
}

} // namespace

std::vector<std::uint8_t> smooth_activations(const layer &l, std::mt19937_64 &random) {
    std::vector<float> values(static_cast<std::size_t>(l.source_size()));
    for (float &v : values) v = gaussian(random);
    const std::int64_t row = l.w.in * l.ic, image = l.h.in * row;
    for (std::int64_t n = 0; n < l.mb; ++n)
        for (int twice = 0; twice < 2; ++twice) {
            for (std::int64_t h = 0; h < l.h.in; ++h)
                smooth(&values[static_cast<std::size_t>(n * image + h * row)], l.w.in, l.ic, l.ic);
            smooth(&values[static_cast<std::size_t>(n * image)], l.h.in, row, row);
        }
    std::vector<std::uint8_t> result(values.size());
    constexpr float scale = 255.f / 4.f / deviation_left;
    std::transform(values.begin(), values.end(), result.begin(),
            [](float v) { return static_cast<std::uint8_t>(std::clamp(std::lround(v * scale), 0l, 255l)); });
    return result;
}

std::vector<std::int8_t> laplacian_weights(const layer &l, std::mt19937_64 &random) {
    std::vector<std::int8_t> result(static_cast<std::size_t>(l.weights_size()));
    const auto per_oc = static_cast<std::ptrdiff_t>(result.size()) / l.oc;
    std::vector<float> filter(static_cast<std::size_t>(per_oc));
    for (auto first = result.begin(); first != result.end(); first += per_oc) {
        float largest = 0;
        for (float &w : filter) {
            const float even = (static_cast<float>(random() >> 40) + 0.5f) / (1 << 24); // in (0, 1)
            w = even < 0.5f ? std::log(2 * even) : -std::log(2 - 2 * even);
            largest = std::max(largest, std::fabs(w));
        }
        std::transform(filter.begin(), filter.end(), first,
                [largest](float w) { return static_cast<std::int8_t>(std::lround(127 * w / largest)); });
    }
    return result;
}

} // namespace winodnn::bench
