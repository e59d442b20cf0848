// Why a convolution was taken over: what is predicted of the ways in which it can be executed.
#pragma once

#include "provider/calibration/calibrating.hpp"
#include "provider/creation/request.hpp"

#include <span>

namespace winodnn {

// For verbose output of the refusals' level, whose counterpart it is: a line for each kind of weights.
void print_choices(const convolution_request &request, const problem &p,
        std::span<const convolution_variant> variants, const calibration_in_use *calibrated);

} // namespace winodnn
