// The post-ops on a vector of f32 values.
#pragma once

#include "jit/base/generator.hpp"

namespace winodnn::jit {

// The destination's previous values, for sum.
struct dst_position {
    Xbyak::Reg64 base;
    dim offset;
    lane_count count;
};

void emit_post_op(generator &g, const post_op &op, const Xbyak::Xmm &value, const dst_position &dst,
        const Xbyak::Xmm &scratch);

} // namespace winodnn::jit
