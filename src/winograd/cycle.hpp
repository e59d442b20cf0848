// One dimension of a symbolic Fourier convolution: a cyclic correlation, and corrections where it wraps.
//
// The outputs y_o = sum over k of w_k x_(o+k) need outputs + taps - 1 inputs. A cycle over `points` of them
// takes, for an input t that lies outside, the one at the same place of the cycle, t + points or t - points.
// Each tap k that meets such an input gets a correction, one product: w_k * (x_t - x_wrapped), added to
// output t - k.
#pragma once

#include "winograd/matrix.hpp"

#include <vector>

namespace winodnn {

struct cycle {
    int points = 1, outputs = 1, taps = 1;
    // Of the cycle whose weights are used: its own, or a multiple of them.
    int weights_points = points;

    int inputs() const { return outputs + taps - 1; }
    int first() const { return (inputs() - points) / 2; } // input of the cycle
    // Products, without the corrections': one for each frequency that is its own conjugate, and three for
    // each pair of conjugate ones.
    int cyclic_products() const { return points + (points - 1) / 2; }
};

struct correction {
    int input, wrapped; // x_t is meant where the cycle has x_wrapped
    int tap;

    int output() const { return input - tap; }
};

std::vector<correction> corrections_of(const cycle &c);

// Sums of values that go into the cycle, one for each of its points, then what goes into the corrections.
struct line_matrix {
    int points;
    int_matrix lines; // (points + corrections) x values
};

// With x', w' and y' = these lines of the inputs, weights and outputs,
//     weights_points * sum over o, k of y_o w_k x_(o+k)
//         = points * sum over i + j + l = 0 modulo points of x'_i w'_j y'_l
//           + sum over the corrections e of x'_e w'_e y'_e
// The weights of corrections have the factor weights_points, so that no sum of outputs needs to be multiplied
// by it; the cycle's outputs have the factor weights_points / points.
struct cycle_lines {
    line_matrix inputs, weights, outputs;
};

// Throws std::invalid_argument if weights_points is not a multiple of points, or inputs are too few for them.
cycle_lines lines_of(const cycle &c);

// Cycles of 2 outputs to those of `whole` that can multiply with its weights: over as many points or a
// divisor of them, whose frequencies are some of the whole one's, and with corrections of the same taps. For
// each number of outputs the one with the fewest products; `whole` is the last one.
std::vector<cycle> smaller_cycles(const cycle &whole);

} // namespace winodnn
