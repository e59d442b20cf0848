// What cannot be expressed: every size for which there is room for only so much somewhere, and why.
//
// Whatever is added (tiles, ISAs) is checked against these where it is added, by static_assert or, for tiles,
// which are computed, when the table is made. What a program asks for beyond them is declined with a reason:
// check_limits() of problem.hpp.
#pragma once

#include "problem/data_type.hpp"

namespace winodnn {

// Kernels reach memory by displacements of 32 bits with a sign.
constexpr dim most_displacement = (dim {1} << 31) - 1;

// ---- Of tiles.

// Of one kernel: the strides of a packed desc have room for 511 codes, of which each tile takes 18
// (weights_layout.cpp).
constexpr int most_tiles_of_kernel = 28;
// A component_set has as many bits.
constexpr int most_components = 192;
// Of V, of U and of M: arrays on the stack have room for them, and the limits below are for so many.
constexpr int most_planes = 132;
// Inputs of a tile along one dimension: kernels reach so many rows, see longest_row.
constexpr int most_inputs_along = 8;
// Taps of a kernel, along one dimension and of all: buffers on the stack when weights are packed, and the
// bound below.
constexpr int most_taps_along = 5;
constexpr dim most_taps = 25;
// The exactness proof splits channels in steps of the multiply kernel's. The sums of one step always fit only
// if all tiles recover accumulators of this magnitude (exactness.cpp).
constexpr dim least_accumulator_limit = dim {1} << 23;

// ---- Of ISAs.

// Lanes of 32 bits of a vector: tables of kernels, of quantizers and slices of weights are for so many.
constexpr int most_lanes = 16;

// ---- Of the multiply kernel and of what it reads.

// Weights of filters that are transformed at once: of two input channels for a slice of output channels at
// least.
constexpr dim most_weights_at_once = 9 * 1024;
// Input channels times terms, so that no sum of products of 255 and 127 leaves 32 bits.
constexpr dim most_quantized_products = 65536;

// ---- Of convolutions.

// The last vector of a source pixel overlaps the one before, so that there has to be a whole one. Of output
// channels fewer could be computed, in vectors that are mostly empty.
constexpr dim least_group_channels = 16;
// oneDNN's own. Each has a place in the list of operands that an execution reads.
constexpr std::size_t most_post_ops = 32;
// No offset in bytes overflows 64 bits, nor any product of dims that is taken anywhere. Memory has no such
// sizes.
constexpr dim most_elements = dim {1} << 48;
constexpr dim most_macs = dim {1} << 58; // but for the taps
static_assert(most_taps < 32);
// Elements from one row of pixels to the next. Kernels reach eight rows and pixels, of at most 4 bytes an
// element.
constexpr dim longest_row = most_displacement / (most_inputs_along * 4);
// V of the smallest block: six tiles (blockings.hpp), and its planes' padding. Counts of parts of channels,
// which are of 32 bits, are far from their end then.
constexpr dim most_group_ic = most_displacement / (most_planes * 2 * 7);
// Arrays of one f32 for each output channel: 4 and a scale of each component for each of four classes of
// tiles.
constexpr dim most_oc = most_displacement / (4 * (4 + 4 * most_planes + 2));
// Creating a convolution takes a look at each tile of each image, of which the smallest have 2 pixels.
constexpr dim most_output_pixels = dim {1} << 31;
// And makes a table of the rows of tiles. (That of the columns is bounded by the longest row.)
constexpr dim most_rows = dim {1} << 26;

} // namespace winodnn
