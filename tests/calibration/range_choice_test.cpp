#include "calibration/range_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace winodnn {
namespace {

// Tiles of three components: the second is ten times the first, the third is large in one tile of 50 only.
std::vector<tile_magnitudes> tiles_of_three() {
    std::mt19937 random(1);
    std::vector<tile_magnitudes> tiles;
    for (int n = 0; n < 500; ++n) {
        const float size = static_cast<float>(1 + random() % 200);
        tiles.push_back({{size, 10 * size, n % 50 == 0 ? 20 * size : size / 2}, 1. / 500});
    }
    return tiles;
}

std::vector<float> largest_of(const std::vector<tile_magnitudes> &tiles) {
    std::vector<float> largest(tiles.front().largest.size());
    for (const tile_magnitudes &tile : tiles)
        for (std::size_t c = 0; c < largest.size(); ++c) largest[c] = std::max(largest[c], tile.largest[c]);
    return largest;
}

const std::vector<double> even_noise {1, 1, 1};

TEST(range_choice, max_is_all_that_was_seen) {
    const std::vector<float> seen {700, 900, 3};
    EXPECT_EQ(choose_ranges(scale_choice::max, tiles_of_three(), seen, even_noise),
            std::vector<double>(seen.begin(), seen.end()));
}

TEST(range_choice, global_is_one_for_all) {
    EXPECT_EQ(choose_ranges(
                      scale_choice::global, tiles_of_three(), std::vector<float> {700, 900, 3}, even_noise),
            std::vector<double>(3, 900));
}

TEST(range_choice, percentile_leaves_out_one_tile_in_a_hundred) {
    std::vector<tile_magnitudes> tiles;
    for (int n = 1; n <= 1000; ++n) tiles.push_back({{static_cast<float>(n)}, 1e-3});
    EXPECT_EQ(choose_ranges(
                      scale_choice::percentile, tiles, std::vector<float> {5000}, std::vector<double> {1}),
            std::vector<double> {990});
    // By what they stand for: half of all the ten largest.
    for (tile_magnitudes &tile : tiles) tile.weight = tile.largest[0] > 990 ? 0.05 : 0.5 / 990;
    EXPECT_EQ(choose_ranges(
                      scale_choice::percentile, tiles, std::vector<float> {5000}, std::vector<double> {1}),
            std::vector<double> {1000});
}

// Against all ratios on a grid.
TEST(range_choice, mse_is_within_two_percent_of_the_best) {
    const std::vector<tile_magnitudes> tiles = tiles_of_three();
    for (const std::vector<double> &noise : {even_noise, {1, 30, 0.1}, {100, 1, 1}}) {
        const std::vector<double> chosen = choose_ranges(scale_choice::mse, tiles, largest_of(tiles), noise);
        double best = noise_of(chosen, tiles, noise);
        for (double second = 0.5; second < 100; second *= 1.05)
            for (double third = 0.1; third < 100; third *= 1.05)
                best = std::min(best, noise_of(std::vector<double> {1, second, third}, tiles, noise));
        EXPECT_LE(noise_of(chosen, tiles, noise), 1.02 * best);
        for (const scale_choice other : {scale_choice::max, scale_choice::percentile, scale_choice::global})
            EXPECT_LE(noise_of(chosen, tiles, noise),
                    1.02 * noise_of(choose_ranges(other, tiles, largest_of(tiles), noise), tiles, noise));
    }
}

// Ranges may be in any unit: only their ratios count.
TEST(range_choice, noise_does_not_depend_on_the_unit) {
    const std::vector<tile_magnitudes> tiles = tiles_of_three();
    const std::vector<double> some {3, 40, 5}, doubled {6, 80, 10};
    EXPECT_DOUBLE_EQ(noise_of(some, tiles, even_noise), noise_of(doubled, tiles, even_noise));
}

TEST(range_choice, values_that_are_all_zero_have_a_range) {
    const std::vector<tile_magnitudes> zeros(10, {{0, 0, 0}, 0.1});
    for (std::size_t n = 0; n < scale_choice_names.size(); ++n)
        for (const double range :
                choose_ranges(static_cast<scale_choice>(n), zeros, std::vector<float>(3), even_noise))
            EXPECT_GT(range, 0);
}

// A constant source: most components are zero in each tile, and no range of theirs is too small for the
// noise.
TEST(range_choice, components_that_are_always_zero_have_a_range_that_files_may_have) {
    const std::vector<tile_magnitudes> tiles(10, {{32767, 0, 7}, 0.1});
    for (std::size_t n = 0; n < scale_choice_names.size(); ++n)
        for (const double range : choose_ranges(static_cast<scale_choice>(n), tiles,
                     std::vector<float> {32767, 0, 7}, std::vector<double> {1e-9, 1e9, 1})) {
            EXPECT_GE(range, least_range);
            EXPECT_LE(range, most_range);
        }
}

} // namespace
} // namespace winodnn
