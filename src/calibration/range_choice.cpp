#include "calibration/range_choice.hpp"

#include <algorithm>
#include <array>

namespace winodnn {

namespace {

constexpr double outliers = 0.01; // of percentile

// What all but the outliers' share stay below.
double without_outliers(std::span<const tile_magnitudes> tiles, std::size_t component) {
    std::vector<std::pair<float, double>> descending;
    double total = 0;
    for (const tile_magnitudes &tile : tiles) {
        descending.emplace_back(tile.largest[component], tile.weight);
        total += tile.weight;
    }
    std::ranges::sort(descending, std::greater {});
    double passed = 0;
    for (const auto &[largest, weight] : descending)
        if ((passed += weight) > outliers * total) return largest;
    return 0;
}

// How far each tile fills the ranges, but for one component's.
std::vector<double> filled_without(
        std::size_t component, std::span<const double> ranges, std::span<const tile_magnitudes> tiles) {
    std::vector<double> filled;
    for (const tile_magnitudes &tile : tiles) {
        double most = 0;
        for (std::size_t c = 0; c < ranges.size(); ++c)
            if (c != component) most = std::max(most, tile.largest[c] / ranges[c]);
        filled.push_back(most);
    }
    return filled;
}

// One component after the other gets the range with which the noise is least, a few times around.
std::vector<double> least_noise(std::vector<double> ranges, std::span<const tile_magnitudes> tiles,
        std::span<const double> noise_of_ranges) {
    constexpr int rounds = 3;
    constexpr std::array factors {1., 0.5, 0.7, 0.84, 0.92, 1.09, 1.19, 1.41, 2.};
    for (int round = 0; round < rounds; ++round)
        for (std::size_t c = 0; c < ranges.size(); ++c) {
            const std::vector<double> others = filled_without(c, ranges, tiles);
            double of_others = 0;
            for (std::size_t k = 0; k < ranges.size(); ++k)
                if (k != c) of_others += noise_of_ranges[k] * ranges[k] * ranges[k];
            const auto noise = [&](double range) {
                double filled = 0;
                for (std::size_t n = 0; n < tiles.size(); ++n) {
                    const double most = std::max(others[n], tiles[n].largest[c] / range);
                    filled += tiles[n].weight * most * most;
                }
                return (of_others + noise_of_ranges[c] * range * range) * filled;
            };
            const double before = ranges[c];
            double least = noise(before);
            for (const double factor : factors) {
                const double range = std::clamp(before * factor, least_range, most_range);
                if (const double n = noise(range); n < least) {
                    least = n;
                    ranges[c] = range;
                }
            }
        }
    return ranges;
}

} // namespace

double noise_of(std::span<const double> ranges, std::span<const tile_magnitudes> tiles,
        std::span<const double> noise_of_ranges) {
    double noise = 0, filled = 0;
    for (std::size_t c = 0; c < ranges.size(); ++c) noise += noise_of_ranges[c] * ranges[c] * ranges[c];
    for (const tile_magnitudes &tile : tiles) {
        double most = 0;
        for (std::size_t c = 0; c < ranges.size(); ++c) most = std::max(most, tile.largest[c] / ranges[c]);
        filled += tile.weight * most * most;
    }
    return noise * filled;
}

std::vector<double> choose_ranges(scale_choice choice, std::span<const tile_magnitudes> tiles,
        std::span<const float> seen, std::span<const double> noise_of_ranges) {
    std::vector<double> ranges(seen.begin(), seen.end());
    if (choice == scale_choice::percentile)
        for (std::size_t c = 0; c < ranges.size(); ++c) ranges[c] = without_outliers(tiles, c);
    if (choice == scale_choice::global) std::ranges::fill(ranges, std::ranges::max(ranges));
    for (double &range : ranges) range = std::max(range, least_range);
    if (choice == scale_choice::mse) return least_noise(std::move(ranges), tiles, noise_of_ranges);
    return ranges;
}

} // namespace winodnn
