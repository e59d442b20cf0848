// A tile's algorithm: which products are computed, of what, and what is made of them. For x and w, the values
// and the taps under one tile (rows first),
//     factor * y = output * products of (input * x) and (weights * w)
// is their correlation y_(i,j) = sum over k, l of w_(k,l) x_(i+k,j+l). Summed over input channels, each
// product is a matrix multiplication; everything else is additions and shifts, for which there are programs.
#pragma once

#include "winograd/matrix.hpp"
#include "winograd/plane_numbering.hpp"
#include "winograd/program.hpp"
#include "winograd/scale.hpp"

namespace winodnn {

struct grid_size {
    int rows = 1, cols = 1;

    bool operator==(const grid_size &) const = default;
    int count() const { return rows * cols; }
};

struct bilinear_algorithm {
    grid_size outputs, taps;
    int_matrix input;   // planes of V x inputs
    int_matrix weights; // planes of U x taps
    int_matrix output;  // outputs x planes of M
    int factor = 1;
    program input_program, output_program; // for vectors of channels
    plane_numbering planes;                // whose products are what

    grid_size inputs() const { return {outputs.rows + taps.rows - 1, outputs.cols + taps.cols - 1}; }
    int v_planes() const { return input.rows(); }
    int u_planes() const { return weights.rows(); }
    int m_planes() const { return output.cols(); }
    int components() const { return planes.components(); }
    int terms() const { return planes.terms; }
    int repeats() const { return planes.repeats; }
    int v_plane(int component, int repeat) const { return planes.v[place(component, repeat)]; }
    int m_plane(int component, int repeat) const { return planes.m[place(component, repeat)]; }
    int v_term_planes() const { return planes.v_term_planes; }
    int component_of_v(int plane) const { return planes.component_of_v[static_cast<std::size_t>(plane)]; }
    int component_of_u(int plane) const { return planes.component_of_u[static_cast<std::size_t>(plane)]; }
    int component_of_m(int plane) const { return planes.component_of_m[static_cast<std::size_t>(plane)]; }
    int term_of_u(int plane) const { return planes.term_of_u[static_cast<std::size_t>(plane)]; }

    // Undoing the factor in arithmetic modulo 2^32: scale.hpp.
    std::uint32_t inverse_odd() const { return inverse_of_odd_part(static_cast<std::uint32_t>(factor)); }
    int shift() const { return shift_of_factor(static_cast<std::uint32_t>(factor)); }

private:
    std::size_t place(int component, int repeat) const {
        return static_cast<std::size_t>(component * planes.repeats + repeat);
    }
};

} // namespace winodnn
