// The errors that quantized components make in a convolution's outputs, measured on samples.
#pragma once

#include "calibration/calibration.hpp"
#include "calibration/sampled_weights.hpp"
#include "calibration/tile_samples.hpp"

#include <vector>

namespace winodnn {

// What a component's range of 1 adds to the power of the outputs' errors, in any unit.
std::vector<double> noise_of_ranges(const sampled_weights &weights, value_range source);

// Sets the noises of all components, for the quantizers that its ranges make, by computing sums both exactly
// and quantized: of at most 48 tiles of each stratum.
void measure_noise(tile_calibration &calibrated, const tile_samples &samples, const sampled_weights &weights);

} // namespace winodnn
