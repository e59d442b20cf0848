// The constants of the cost model. Cycles of one core.
#pragma once

#include "machine/machine.hpp"

namespace winodnn {

// For each byte.
struct memory_cycles {
    double image;                    // of src and dst, which no cache holds for long
    double weights_in_l2;            // of each block: where its first group of tiles finds them
    double v_beyond_l2, m_beyond_l2; // of V that is read, or of M that is written and read, out of L2
};

struct rates {
    // Vector instructions that multiply and add, of the multiply kernel, by what is multiplied.
    double s16_cycles, s8_cycles;
    // Of an instruction of a transform, or of a load or store beside it: from or to s16, or 8 bits.
    double transform_cycles, quantized_transform_cycles;
    double direct_macs; // of oneDNN's direct convolution, of pixels inside the image
    memory_cycles memory;
};

rates rates_of(const machine &m);

// Of the multiply kernel, whatever it does: sums that depend on themselves only once in so many cycles, and
// operands that are loaded by two ports.
constexpr double multiply_latency = 4, loads_a_cycle = 2;

// For each vector of sums that a call of the multiply kernel computes, with 8-bit components: it has half of
// the steps to hide in what it takes to start the sums and to store them.
constexpr double quantized_sum_cycles = 1.7;
// What each plane of a tile and block of output channels takes more if there are many, as sfc6x6 has,
// measured next to sfc4x4.
constexpr double many_planes_cycles = 6;
constexpr int few_planes = 64;

// Instructions that a value takes besides the transform's own: loading an input or a sum, storing a
// component, and scaling, rounding and storing an output; and, where components are quantized, what
// quantizing an input's or scaling a sum takes more.
constexpr double finish_instructions = 7, quantize_instructions = 6, dequantize_instructions = 1;
// What a component that is exact in 8 bits takes more than one in 16, and a byte of the source to be looked
// at.
constexpr double exact_byte_instructions = 2, source_promise_cycles = 0.08;
// For each tile and block of output channels: calls, and cache lines that are not where they are wanted.
constexpr double tile_cycles = 100;

// For each byte of weights that is streamed through L2: it pushes V and M out.
constexpr double weights_beyond_l2_cycles = 0.0145;
// Bytes a cycle that a core reads of weights: from L3, and from memory. And how much of L3 it has to itself:
// other cores use it, and so does the rest of a network between two runs of a layer.
constexpr double l3_bytes_a_cycle = 14, memory_bytes_a_cycle = 6.5, share_of_l3 = 0.6;
// The same of an L3 behind a mesh, and how much of it the products do not hide.
constexpr double far_l3_bytes_a_cycle = 8, far_l3_visible = 0.2;

// Cycles that a staged post-op takes for each value that it is computed of, and of those the ones that direct
// convolution has to spend as well: oneDNN computes it there too, but only of values that exist. Measured
// with tanh, gelu and swish at AVX-512, 32 to 256 channels.
constexpr double staged_cycles = 2.0, staged_cycles_of_direct = 1.6;

} // namespace winodnn
