#include "calibration/range_choice.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn {

namespace {

constexpr double outliers = 1e-4; // of percentile, at either end

// Shrinks both ends together first, then each by itself: the error has one minimum along each way, but for
// ripples that are smaller than what a step of 4% decides.
component_range least_squares(std::span<const std::int16_t> sorted, component_range range, int limit) {
    const auto error = [&](const component_range &r) {
        return mean_squared_error(sorted, narrow_quantizer(r, limit), limit);
    };
    constexpr int steps = 24;
    constexpr double step = 0.04;
    double least = error(range);
    const auto search = [&](const component_range &start, bool low, bool high) {
        component_range best = start;
        for (int n = 1; n < steps; ++n) {
            const double factor = 1 - step * n;
            const component_range candidate {
                    low ? start.low * factor : start.low, high ? start.high * factor : start.high, 0};
            const double e = error(candidate);
            if (e >= least) continue;
            least = e;
            best = candidate;
        }
        return best;
    };
    range = search(range, true, true);
    range = search(range, true, false);
    return search(range, false, true);
}

} // namespace

double mean_squared_error(std::span<const std::int16_t> sorted, const component_quantizer &q, int limit) {
    const double step = q.step();
    double sum = 0;
    for (const std::int16_t v : sorted) {
        const double error = v - step * (q.quantized(v, limit) - q.zero_point);
        sum += error * error;
    }
    return sum / static_cast<double>(sorted.size());
}

component_range choose_range(
        scale_choice choice, std::span<const std::int16_t> sorted, value_range seen, int limit) {
    const component_range all {static_cast<double>(seen.lo), static_cast<double>(seen.hi), 0};
    if (choice == scale_choice::max) return all;
    if (choice == scale_choice::mse) return least_squares(sorted, all, limit);
    const auto cut = static_cast<std::size_t>(outliers * static_cast<double>(sorted.size()));
    return {std::min<double>(sorted[cut], 0), std::max<double>(sorted[sorted.size() - 1 - cut], 0), 0};
}

} // namespace winodnn
