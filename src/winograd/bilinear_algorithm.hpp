// A tile's algorithm: which products are computed, of what, and what is made of them. For x and w, the values
// and the taps under one tile (rows first),
//     factor * y = output * ((input * x) . (weights * w))        (. is componentwise)
// is their correlation y_(i,j) = sum over k, l of w_(k,l) x_(i+k,j+l). Summed over input channels, each
// component's product is a matrix multiplication; everything else is additions and shifts, for which there
// are programs.
#pragma once

#include "winograd/matrix.hpp"
#include "winograd/program.hpp"
#include "winograd/transform.hpp"

namespace winodnn {

struct grid_size {
    int rows = 1, cols = 1;

    int count() const { return rows * cols; }
};

struct bilinear_algorithm {
    grid_size outputs, taps;
    int_matrix input;   // components x inputs
    int_matrix weights; // components x taps
    int_matrix output;  // outputs x components
    int factor = 1;
    program input_program, output_program; // for vectors of channels

    int components() const { return input.rows(); }
    grid_size inputs() const { return {outputs.rows + taps.rows - 1, outputs.cols + taps.cols - 1}; }
};

// Winograd's F(m x n, r x s): every product of a row's and of a column's component is a component. Throws
// std::invalid_argument for a dimension with direct convolution over several taps: its products are summed,
// which has no place here.
bilinear_algorithm make_toom_cook(const transform &rows, const transform &cols);

} // namespace winodnn
