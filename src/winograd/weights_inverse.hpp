// The taps of a kernel from its transformed weights.
#pragma once

#include "winograd/bilinear_algorithm.hpp"

#include <vector>

namespace winodnn {

// divisor * taps = coefficients * (the weights of these planes). As many planes as taps: there are always
// as many that are independent, because no kernel but 0 has weights, and so a correlation, of 0.
struct weights_inverse {
    std::vector<int> planes; // of U
    int_matrix coefficients; // taps x taps
    int divisor = 1;
};

weights_inverse inverse_of_weights(const bilinear_algorithm &algorithm);

} // namespace winodnn
