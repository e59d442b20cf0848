#include "weights/exactness.hpp"

#include "isa/register_tile.hpp"
#include "problem/limits.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <limits>

namespace winodnn {

namespace {

struct bounds {
    std::int64_t lowest = 0, highest = 0;
    std::int64_t sum = 0; // of the weights' magnitudes
};

} // namespace

exact_split split_exactly(const weights_layout &layout, const std::int8_t *weights) {
    const std::int64_t limit = accumulator_limit(tile_of(layout.tile));
    const dim step = layout.part_step(), taps = layout.taps();
    const value_range x = layout.source;
    exact_split split;
    std::vector<bounds> reached(layout.oc), added(layout.oc);
    for (dim begin = 0; begin < layout.ic; begin += step) {
        const dim end = std::min(begin + step, layout.ic);
        bool fits = true;
        for (dim oc = 0; oc < layout.oc; ++oc) {
            // The extremes of w * x over lo <= x <= hi are at its ends. At most 200 weights: far from 2^31.
            std::int32_t positive = 0, negative = 0;
            const std::int8_t *w = weights + (oc * layout.ic + begin) * taps;
            for (dim n = (end - begin) * taps; n > 0; --n, ++w) {
                positive += std::max<std::int32_t>(*w, 0);
                negative += std::min<std::int32_t>(*w, 0);
            }
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
