// How large components are against each other, from tiles that were looked at.
#pragma once

#include "calibration/calibration.hpp"

#include <span>
#include <vector>

namespace winodnn {

struct tile_magnitudes {
    std::vector<float> largest; // by component: |v| of all channels
    double weight;              // of all tiles, those that this one stands for
};

// `seen`: the largest |v| of each component in all tiles, samples or not. `noise_of_ranges`: what a range of
// 1 adds to the outputs' noise, in any unit; a range of r adds r^2 times that.
std::vector<double> choose_ranges(scale_choice choice, std::span<const tile_magnitudes> tiles,
        std::span<const float> seen, std::span<const double> noise_of_ranges);

// The noise of all tiles: each has its ranges widened by one factor until they cover it.
double noise_of(std::span<const double> ranges, std::span<const tile_magnitudes> tiles,
        std::span<const double> noise_of_ranges);

} // namespace winodnn
