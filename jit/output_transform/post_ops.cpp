#include "jit/output_transform/post_ops.hpp"

#include <stdexcept>

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

void emit_hardsigmoid(generator &g, const post_op &op, const vec &value) {
    // As oneDNN: product and sum round by themselves.
    g.vmulps(value, value, g.constant(op.alpha));
    g.vaddps(value, value, g.constant(op.beta));
    g.vminps(value, value, g.constant(1.f));
    g.vmaxps(value, value, g.constant(0.f));
}

void load_operand(generator &g, const post_op &op, int index, const dst_position &dst,
        const operand_registers &operands, const vec &to) {
    const auto &at = operands.scratch;
    g.mov(at, g.ptr[operands.list + index * 8]);
    if (op.operand == post_op::broadcast::common) {
        g.vbroadcastss(to, g.ptr[at]);
        return;
    }
    const dim size = static_cast<dim>(size_of(op.type));
    g.lea(at, g.ptr[at + operands.channel * static_cast<int>(size)]);
    const bool for_each_pixel = op.operand == post_op::broadcast::none;
    const dim pixel = for_each_pixel ? dst.row * op.operand_strides.h + dst.col * op.operand_strides.w : 0;
    g.load_as_f32(to, at, pixel * size, op.type, dst.count);
}

void emit_binary(generator &g, const post_op &op, const vec &value, const vec &operand) {
    using enum post_op::kind;
    switch (op.op) {
        case binary_add: g.vaddps(value, value, operand); break;
        case binary_sub: g.vsubps(value, value, operand); break;
        case binary_mul: g.vmulps(value, value, operand); break;
        case binary_div: g.vdivps(value, value, operand); break;
        case binary_max: g.vmaxps(value, value, operand); break;
        case binary_min: g.vminps(value, value, operand); break;
        case prelu:
            g.vmulps(operand, value, operand);
            g.take_where_negative(value, operand);
            break;
        default: throw std::logic_error("a post-op with an operand has no instructions");
    }
}

} // namespace

void emit_post_op(generator &g, const post_op &op, int index, const vec &value, const dst_position &dst,
        const operand_registers &operands, const vec &scratch) {
    if (op.has_operand()) {
        load_operand(g, op, index, dst, operands, scratch);
        emit_binary(g, op, value, scratch);
        return;
    }
    using enum post_op::kind;
    switch (op.op) {
        case sum: emit_sum(g, op, value, dst, scratch); break;
        case relu: emit_relu(g, op, value, scratch); break;
        case clip:
            g.vmaxps(value, value, g.constant(op.alpha));
            g.vminps(value, value, g.constant(op.beta));
            break;
        case linear:
            g.vmovups(scratch, g.constant(op.alpha));
            g.vfmadd213ps(value, scratch, g.constant(op.beta));
            break;
        case abs: g.vandps(value, value, g.constant_s32(0x7fffffff)); break;
        case square: g.vmulps(value, value, value); break;
        case sqrt: g.vsqrtps(value, value); break;
        case round: g.round_to_nearest(value); break;
        case hardsigmoid: emit_hardsigmoid(g, op, value); break;
        case hardswish:
            g.vmovups(scratch, value);
            emit_hardsigmoid(g, op, value);
            g.vmulps(value, value, scratch);
            break;
        case staged: throw std::logic_error("staged post-ops are between kernels");
        case binary_add:
        case binary_sub:
        case binary_mul:
        case binary_div:
        case binary_max:
        case binary_min:
        case prelu: break; // above
    }
}

} // namespace winodnn::jit
