// Scales, zero points, biases and single operands, once an execution: in the scratchpad, in the types and the
// arrays that the kernels read.
#pragma once

#include "plan/workspace.hpp"
#include "run/convolution.hpp"
#include "winograd/exact_bytes.hpp"

namespace winodnn {

// The largest magnitude of a source value minus its zero point: of the type's values, not of those in args.
dim prepare_src_zero_points(
        const problem &p, const workspace &space, const run_args &args, std::byte *scratchpad);
void prepare_quantization(
        const problem &p, const workspace &space, const run_args &args, std::byte *scratchpad);

// What the sums of quantized components start from, and what they are scaled by: of the weights in the block.
void prepare_components(const weights_layout &layout, const class_quantizers &quantizers,
        const workspace &space, const packed_block &block, std::byte *scratchpad);
// The same of components that are exact in 8 bits. Not quantized plans.
void prepare_exact_bytes(const weights_layout &layout, const exact_bytes &bytes, const workspace &space,
        const packed_block &block, std::byte *scratchpad);

} // namespace winodnn
