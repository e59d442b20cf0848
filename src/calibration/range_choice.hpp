// The range of values that 8 (7) bits cover, from samples of them.
#pragma once

#include "calibration/calibration.hpp"

#include <span>

namespace winodnn {

// A value, and how many values of all it stands for.
struct weighted_value {
    std::int16_t value;
    double weight;
};

// `sorted`: samples, ascending, at least one; `seen`: the lowest and highest value of all, samples or not,
// and 0. `limit`: the number of steps. Not for scale_choice::global, which takes more than one component.
component_range choose_range(
        scale_choice choice, std::span<const weighted_value> sorted, value_range seen, int limit);

// The mean of the squared errors of the samples in a quantizer.
double mean_squared_error(std::span<const weighted_value> samples, const component_quantizer &q, int limit);

} // namespace winodnn
