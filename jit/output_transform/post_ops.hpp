// The post-ops on a vector of f32 values.
#pragma once

#include "jit/base/generator.hpp"

namespace winodnn::jit {

// Where the vector belongs in the destination: sum reads what was there before, operands are indexed alike.
struct dst_position {
    Xbyak::Reg64 base; // of dst, at the vector's first channel
    dim offset;        // bytes from there
    int row, col;      // of the tile's outputs
    lane_count count;
};

// Where the values of operands are.
struct operand_registers {
    Xbyak::Reg64 list;    // pointers, one a post-op: see output_transform_args
    Xbyak::Reg64 channel; // of the vector's first channel, counted from where the pointers point
    Xbyak::Reg64 scratch;
};

// `index` of the post-op in the list of pointers.
void emit_post_op(generator &g, const post_op &op, int index, const Xbyak::Xmm &value,
        const dst_position &dst, const operand_registers &operands, const Xbyak::Xmm &scratch);

} // namespace winodnn::jit
