#include "calibration/range_choice.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn {

namespace {

constexpr double outliers = 1e-4; // of percentile, at either end

// Shrinks both ends together first, then each by itself: the error has one minimum along each way, but for
// ripples that are smaller than what a step of 4% decides.
component_range least_squares(std::span<const weighted_value> samples, component_range range, int limit) {
    const auto error = [&](const component_range &r) {
        return mean_squared_error(samples, narrow_quantizer(r, limit), limit);
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

// The first value, in this order, behind which there are no more outliers.
template <typename Iterator>
double without_outliers(Iterator value, Iterator end) {
    double total = 0;
    for (auto v = value; v != end; ++v) total += v->weight;
    for (double passed = value->weight; passed <= outliers * total; passed += value->weight) ++value;
    return value->value;
}

} // namespace

double mean_squared_error(std::span<const weighted_value> samples, const component_quantizer &q, int limit) {
    const double step = q.step();
    double sum = 0, weights = 0;
    for (const auto &[value, weight] : samples) {
        const double error = value - step * (q.quantized(value, limit) - q.zero_point);
        sum += weight * error * error;
        weights += weight;
    }
    return sum / weights;
}

component_range choose_range(
        scale_choice choice, std::span<const weighted_value> sorted, value_range seen, int limit) {
    const component_range all {static_cast<double>(seen.lo), static_cast<double>(seen.hi), 0};
    if (choice == scale_choice::max) return all;
    if (choice == scale_choice::mse) return least_squares(sorted, all, limit);
    return {std::min(without_outliers(sorted.begin(), sorted.end()), 0.),
            std::max(without_outliers(sorted.rbegin(), sorted.rend()), 0.), 0};
}

} // namespace winodnn
