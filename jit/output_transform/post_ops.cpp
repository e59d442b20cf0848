#include "jit/output_transform/post_ops.hpp"

namespace winodnn::jit {

namespace {

using vec = Xbyak::Xmm;

void emit_sum(
        generator &g, const post_op &op, const vec &value, const dst_position &dst, const vec &previous) {
    g.load_as_f32(previous, dst.base, dst.offset, op.type, dst.count);
    if (op.zero_point != 0) g.vsubps(previous, previous, g.constant(static_cast<float>(op.zero_point)));
    // As oneDNN: a scale of 1 adds, any other is fused and so rounds once.
    if (op.scale == 1.f)
        g.vaddps(value, value, previous);
    else
        g.vfmadd231ps(value, previous, g.constant(op.scale));
}

void emit_relu(generator &g, const post_op &op, const vec &value, const vec &scratch) {
    if (op.alpha == 0.f) {
        g.set_zero(scratch);
        g.vmaxps(value, value, scratch);
    } else {
        g.vmulps(scratch, value, g.constant(op.alpha));
        g.take_where_negative(value, scratch);
    }
}

} // namespace

void emit_post_op(
        generator &g, const post_op &op, const vec &value, const dst_position &dst, const vec &scratch) {
    switch (op.op) {
        case post_op::kind::sum: emit_sum(g, op, value, dst, scratch); break;
        case post_op::kind::relu: emit_relu(g, op, value, scratch); break;
        case post_op::kind::clip:
            g.vmaxps(value, value, g.constant(op.alpha));
            g.vminps(value, value, g.constant(op.beta));
            break;
        case post_op::kind::linear:
            g.vmovups(scratch, g.constant(op.alpha));
            g.vfmadd213ps(value, scratch, g.constant(op.beta));
            break;
    }
}

} // namespace winodnn::jit
