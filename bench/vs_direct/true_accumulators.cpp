#include "true_accumulators.hpp"

#include <algorithm>
#include <cstddef>

namespace winodnn::bench {
namespace {

// 16-bit values: compilers turn the sum of their products into multiply-add instructions.
using values = std::vector<std::int16_t>;

// oihw to o, then taps as in a patch.
values weights_as_patches(const layer &l, const std::vector<std::int8_t> &weights) {
    values out;
    out.reserve(weights.size());
    const std::int64_t taps = l.h.kernel * l.w.kernel;
    for (std::int64_t oc = 0; oc < l.oc; ++oc)
        for (std::int64_t tap = 0; tap < taps; ++tap)
            for (std::int64_t ic = 0; ic < l.ic; ++ic)
                out.push_back(weights[static_cast<std::size_t>((oc * l.ic + ic) * taps + tap)]);
    return out;
}

// The sources of each pixel of an output row; 0 where they are padding.
values patches_of_row(const layer &l, const std::uint8_t *image, std::int64_t oh) {
    values out(static_cast<std::size_t>(l.w.out * l.products()));
    auto patch = out.begin();
    for (std::int64_t ow = 0; ow < l.w.out; ++ow)
        for (std::int64_t kh = 0; kh < l.h.kernel; ++kh)
            for (std::int64_t kw = 0; kw < l.w.kernel; ++kw, patch += l.ic) {
                const std::int64_t ih = oh * l.h.stride - l.h.pad_before + kh * (l.h.dilation + 1);
                const std::int64_t iw = ow * l.w.stride - l.w.pad_before + kw * (l.w.dilation + 1);
                if (ih < 0 || ih >= l.h.in || iw < 0 || iw >= l.w.in) continue;
                const std::uint8_t *pixel = image + (ih * l.w.in + iw) * l.ic;
                std::copy(pixel, pixel + l.ic, patch);
            }
    return out;
}

std::int32_t dot(const std::int16_t *a, const std::int16_t *b, std::int64_t length) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < length; ++i) sum += a[i] * b[i];
    return sum;
}

} // namespace

std::vector<std::int32_t> true_accumulators(
        const layer &l, const std::vector<std::uint8_t> &src, const std::vector<std::int8_t> &weights) {
    const values w = weights_as_patches(l, weights);
    std::vector<std::int32_t> out(static_cast<std::size_t>(l.destination_size()));
#pragma omp parallel for collapse(2)
    for (std::int64_t n = 0; n < l.mb; ++n)
        for (std::int64_t oh = 0; oh < l.h.out; ++oh) {
            const values patches = patches_of_row(l, src.data() + n * l.h.in * l.w.in * l.ic, oh);
            std::int32_t *row = out.data() + (n * l.h.out + oh) * l.w.out * l.oc;
            for (std::int64_t oc = 0; oc < l.oc; ++oc)
                for (std::int64_t ow = 0; ow < l.w.out; ++ow)
                    row[ow * l.oc + oc] = dot(
                            patches.data() + ow * l.products(), w.data() + oc * l.products(), l.products());
        }
    return out;
}

} // namespace winodnn::bench
