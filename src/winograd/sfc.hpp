// Symbolic Fourier convolution: products by a Fourier transform over Z[w], in which w is never a number.
// Source of the idea: L. He et al., SFC: Achieve Accurate Fast Convolution under Low-precision Arithmetic,
// ICML 2024; docs/numerics.md has the derivation, which differs in where the coefficients are: all that is
// not 0, 1 or -1 is in the weights' transform.
#pragma once

#include "winograd/bilinear_algorithm.hpp"
#include "winograd/cycle.hpp"

#include <vector>

namespace winodnn {

struct sfc_shape {
    int order;        // of the symbol: 4 or 6, a multiple of the points of both cycles
    cycle rows, cols; // a kernel of one row has a cycle of one point, output and tap along the rows
};

// Throws std::invalid_argument if there is no such algorithm.
bilinear_algorithm make_sfc(const sfc_shape &shape);

// Of each line of the smaller cycle and of its corrections, which of the whole one's has the same weights:
// the number behind the last line if none has.
std::vector<int> lines_in(const cycle &whole, const cycle &smaller);

// Which of the whole tile's components have the same transformed weights as the smaller one's
// (smaller_cycles), in the smaller one's order: with those weights it can be computed. A component of the
// whole tile is in the one with these rows and these columns exactly if it is in the one with these rows and
// all columns, and in the one with all rows and these columns. Throws std::invalid_argument if the smaller
// one needs other weights.
std::vector<int> components_in(const sfc_shape &whole, const sfc_shape &smaller);

} // namespace winodnn
