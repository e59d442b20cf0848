#include "tuning/spelling.hpp"

#include <array>
#include <cstring>
#include <xbyak/xbyak_util.h>

namespace winodnn {

namespace {

std::string spelled(const nhwc_strides &s) {
    return ":" + std::to_string(s.n) + "," + std::to_string(s.h) + "," + std::to_string(s.w);
}

std::string spelled(const post_op &op) {
    std::string text = name_of(op.op);
    if (op.op == post_op::kind::sum)
        return text + ":" + name_of(op.type) + (op.zero_point != 0 ? ":zero_point" : "");
    if (op.op == post_op::kind::staged) return text + ":" + std::to_string(op.function);
    if (op.op == post_op::kind::relu && op.alpha != 0.f) return "leaky_relu";
    if (!op.has_operand()) return text;
    text += std::string(":") + name_of(op.type);
    switch (op.operand) {
        case post_op::broadcast::common: return text + ":common";
        case post_op::broadcast::per_oc: return text + ":per_oc";
        case post_op::broadcast::none: return text + spelled(op.operand_strides);
    }
    return text;
}

} // namespace

std::string spelled(const plan &exact_plan) {
    return std::string(tile_of(exact_plan.tile).name) + ":tiles" + std::to_string(exact_plan.tiles_per_block)
           + ":chunks" + std::to_string(exact_plan.oc_chunks) + (exact_plan.mixed ? "" : ":whole")
           + (exact_plan.source_bits < 8 ? ":exact8" : "");
}

std::string spelled(const problem &p) {
    problem dense = p;
    dense.src_view.reset();
    dense.dst_view.reset();
    std::string text = to_string(p) + " src:" + name_of(p.src);
    if (p.src_strides() != dense.src_strides()) text += spelled(p.src_strides());
    text += std::string(" dst:") + name_of(p.dst);
    if (p.dst_strides() != dense.dst_strides()) text += spelled(p.dst_strides());
    if (p.bias) text += std::string(" bias:") + name_of(*p.bias);
    using kind = problem::weights_scale_kind;
    if (p.src_scale) text += " src_scale";
    if (p.weights_scale != kind::none)
        text += p.weights_scale == kind::per_oc ? " weights_scale:per_oc" : " weights_scale";
    if (p.dst_scale) text += p.dst_scale_per_oc ? " dst_scale:per_oc" : " dst_scale";
    if (p.src_zero_point) text += p.src_zero_point_per_ic ? " src_zero_point:per_ic" : " src_zero_point";
    if (p.dst_zero_point) text += p.dst_zero_point_per_oc ? " dst_zero_point:per_oc" : " dst_zero_point";
    if (p.source_bits < 8 || p.weights_bits < 8)
        text += " bits:" + std::to_string(p.source_bits) + "," + std::to_string(p.weights_bits);
    for (const post_op &op : p.post_ops) text += " " + spelled(op);
    return text;
}

std::string cpu_model() {
    using Xbyak::util::Cpu;
    constexpr unsigned first_leaf = 0x80000002, leaves = 3;
    std::array<char, leaves * 16 + 1> text {};
    for (unsigned i = 0; i < leaves; ++i) {
        std::array<unsigned, 4> registers {};
        Cpu::getCpuid(first_leaf + i, registers.data());
        std::memcpy(text.data() + std::size_t {i} * 16, registers.data(), 16);
    }
    // A hypervisor can say anything; files are text.
    for (char &c : text)
        if (c != '\0' && (c < ' ' || c > '~')) c = '?';
    const std::string padded = text.data();
    const auto first = padded.find_first_not_of(' ');
    return first == std::string::npos ? "unknown"
                                      : padded.substr(first, padded.find_last_not_of(' ') - first + 1);
}

} // namespace winodnn
