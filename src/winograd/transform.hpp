// One-dimensional Winograd transforms with integer matrices, derived from interpolation points.
//
// F(m, r) computes m outputs y_i = sum_k g_k d_(i+k) of a correlation with r weights from n = m + r - 1
// inputs:
//     scale * y = output * ((weights * g) . (input * d))        (. is elementwise)
// Source: Toom-Cook by Lagrange interpolation (S. Winograd, Arithmetic Complexity of Computations, 1980;
// A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2015); docs/numerics.md has the
// derivation, and why the fractions are moved into `scale`.
#pragma once

#include "winograd/matrix.hpp"
#include "winograd/rational.hpp"

#include <span>
#include <vector>

namespace winodnn {

struct transform {
    int_matrix input;                // n x n, B^T
    int_matrix weights;              // n x r, scale * G up to a power of two a row
    int_matrix output;               // m x n, A^T, with those powers of two
    int scale = 1;                   // what the result is multiplied by
    bool direct = false;             // no transform: see make_direct
    std::vector<rational> points {}; // the finite ones, none if direct

    int outputs() const { return output.rows(); }
    int inputs() const { return input.rows(); }
    int taps() const { return weights.cols(); }

    // A product sum is repeated for `repeats` outputs, and adds up `terms` products each. Of a Winograd
    // transform each component is a product by itself.
    int components() const { return direct ? 1 : inputs(); }
    int terms() const { return direct ? taps() : 1; }
    int repeats() const { return direct ? outputs() : 1; }
};

// `points` are the n - 1 finite ones; the point at infinity is added. Throws std::invalid_argument when
// points repeat, or are too few for the taps.
transform make_transform(std::span<const rational> points, int taps);

// The transform of fewer outputs from the first outputs + taps - 2 points and infinity, for products with the
// weights of `whole`: weights are the rows of whole.weights that belong to these points, the scale is
// whole's, and what is different in the fractions is in the output's coefficients. Throws
// std::invalid_argument when those are not integers.
transform make_smaller(const transform &whole, int outputs);

// Direct convolution along this dimension: all three matrices are identities, n = m + r - 1 inputs, r
// weights, m outputs, and output i is the sum over the taps k of the products of weight k and input i + k.
transform make_direct(int outputs, int taps);

} // namespace winodnn
