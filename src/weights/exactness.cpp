#include "weights/exactness.hpp"

#include "isa/register_tile.hpp"
#include "problem/limits.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <array>
#include <emmintrin.h>
#include <limits>

namespace winodnn {

namespace {

struct bounds {
    std::int64_t lowest = 0, highest = 0;
    std::int64_t sum = 0; // of the weights' magnitudes
};

struct sums_of_signs {
    std::int64_t positive, negative;
};

// Each weight of a network passes here once. By bytes, 16 at a time, this takes a twentieth of the time that
// compilers' code for a loop over integers takes; SSE2 is in every x86-64.
sums_of_signs sums_by_sign(const std::int8_t *weights, dim count) {
    const __m128i zero = _mm_setzero_si128();
    __m128i positive = zero, negative = zero; // two sums each
    const auto add = [&](__m128i w) {
        const __m128i below_zero = _mm_cmpgt_epi8(zero, w);
        positive = _mm_add_epi64(positive, _mm_sad_epu8(_mm_andnot_si128(below_zero, w), zero));
        // 128, the magnitude of -128, is a byte without a sign.
        const __m128i magnitudes = _mm_and_si128(below_zero, _mm_sub_epi8(zero, w));
        negative = _mm_add_epi64(negative, _mm_sad_epu8(magnitudes, zero));
    };
    constexpr dim at_once = 16;
    for (; count >= at_once; count -= at_once, weights += at_once)
        add(_mm_loadu_si128(reinterpret_cast<const __m128i *>(weights)));
    alignas(16) std::array<std::int8_t, at_once> rest {};
    std::copy_n(weights, count, rest.begin());
    add(_mm_load_si128(reinterpret_cast<const __m128i *>(rest.data())));
    const auto total = [](__m128i sums) {
        return _mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
    };
    return {total(positive), -total(negative)};
}

} // namespace

exact_split split_exactly(const weights_layout &layout, const std::int8_t *weights) {
    const std::int64_t limit = accumulator_limit(tile_of(layout.tile));
    const dim step = layout.part_step();
    exact_split split;
    std::vector<bounds> reached(layout.oc), added(layout.oc);
    for (dim begin = 0; begin < layout.ic; begin += step) {
        const dim end = std::min(begin + step, layout.ic);
        bool fits = true;
        for (dim oc = 0; oc < layout.oc; ++oc) {
            // The extremes of w * x over lo <= x <= hi are at its ends.
            const auto [positive, negative] = sums_by_sign(
                    weights + (oc * layout.ic + begin) * layout.taps(), (end - begin) * layout.taps());
            const value_range x = layout.source;
            const bounds more {positive * x.lo + negative * x.hi, positive * x.hi + negative * x.lo,
                    positive - negative};
            added[oc] = more;
            fits = fits && reached[oc].highest + more.highest < limit
                   && reached[oc].lowest + more.lowest >= -limit;
        }
        if (!fits) {
            // One step fits whatever its weights are.
            static_assert(ic_per_step(2) * most_taps * 128 * 255 <= least_accumulator_limit);
            split.ends.push_back(static_cast<std::uint32_t>(begin));
            std::fill(reached.begin(), reached.end(), bounds {});
        }
        for (dim oc = 0; oc < layout.oc; ++oc) {
            reached[oc].highest += added[oc].highest;
            reached[oc].lowest += added[oc].lowest;
            reached[oc].sum += added[oc].sum;
            split.largest_sum = std::max(split.largest_sum, reached[oc].sum);
        }
    }
    static_assert(most_group_ic < std::numeric_limits<std::uint32_t>::max());
    split.ends.push_back(static_cast<std::uint32_t>(layout.padded_ic()));
    return split;
}

bool may_split(const weights_layout &layout) {
    const value_range x = layout.source;
    const std::int64_t worst = std::int64_t {layout.taps()} * 128 * std::max(x.hi, -x.lo) * layout.ic;
    return worst >= accumulator_limit(layout.shape());
}

} // namespace winodnn
