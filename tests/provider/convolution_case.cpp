#include "convolution_case.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <xbyak/xbyak_util.h>

namespace winodnn::testing {

using dnnl::memory;

namespace {

memory::data_type type_of(data_type type) {
    switch (type) {
        case data_type::u8: return memory::data_type::u8;
        case data_type::s8: return memory::data_type::s8;
        case data_type::s32: return memory::data_type::s32;
        case data_type::f32: return memory::data_type::f32;
        case data_type::bf16: return memory::data_type::bf16;
        case data_type::f16: return memory::data_type::f16;
    }
    return memory::data_type::undef;
}

// Of an image's rank.
memory::format_tag tag_like(memory::format_tag tag, int rank) {
    using enum memory::format_tag;
    if (tag == any || rank == 2) return tag;
    if (tag == nhwc) return rank == 1 ? nwc : ndhwc;
    return rank == 1 ? ncw : ncdhw;
}

memory::dims dims_of(const convolution_case &c, dim mb, dim channels, dim d, dim h, dim w) {
    if (c.rank == 1) return {mb, channels, w};
    if (c.rank == 2) return {mb, channels, h, w};
    return {mb, channels, d, h, w};
}

memory::desc tensor_desc(const convolution_case &c, const memory::dims &dims, data_type type,
        memory::format_tag tag, const std::optional<nhwc_strides> &view) {
    if (!view) return {dims, type_of(type), tag_like(tag, c.rank)};
    return {dims, type_of(type), memory::dims {view->n, 1, view->h, view->w}};
}

memory::dims dst_dims(const convolution_case &c) {
    return dims_of(c, c.p.mb, c.p.oc, c.od(), c.p.oh, c.p.ow);
}

const char *cap() {
    const char *value = std::getenv("ONEDNN_MAX_CPU_ISA");
    return value == nullptr ? "" : value;
}

} // namespace

convolution_case::convolution_case(dim ic, dim oc, dim ih, dim iw, dim pad_all) {
    p.mb = 1;
    p.ic = ic;
    p.oc = oc;
    p.ih = ih;
    p.iw = iw;
    pad(pad_all, pad_all, pad_all, pad_all);
}

void convolution_case::pad(dim top, dim left, dim bottom, dim right) {
    p.pad_t = top;
    p.pad_l = left;
    p.pad_b = bottom;
    p.pad_r = right;
    const auto outputs = [&](dim padded, dim kernel) {
        const dim span = (kernel - 1) * (dilation + 1) + 1;
        return padded < span ? 0 : (padded - span) / stride + 1;
    };
    p.kh = kh;
    p.kw = kw;
    p.dilation_h = p.dilation_w = dilation + 1;
    p.oh = outputs(p.ih + top + bottom, kh);
    p.ow = outputs(p.iw + left + right, kw);
}

std::string to_string(const convolution_case &c) {
    const problem &p = c.p;
    std::string s = to_string(p) + " pads " + std::to_string(p.pad_t) + std::to_string(p.pad_l)
                    + std::to_string(p.pad_b) + std::to_string(p.pad_r) + " " + name_of(p.src) + "->"
                    + name_of(p.dst) + " bias " + (p.bias ? name_of(*p.bias) : "-") + " scales "
                    + std::to_string(p.src_scale) + std::to_string(int(p.weights_scale))
                    + std::to_string(p.dst_scale) + " zero points "
                    + (p.src_zero_point ? std::to_string(c.src_zero_point) : "-") + " "
                    + (p.dst_zero_point ? std::to_string(c.dst_zero_point) : "-") + " pattern "
                    + std::to_string(int(c.data));
    for (const post_op &op : p.post_ops) s += " " + std::string(name_of(op.op)) + ":" + name_of(op.type);
    return s;
}

bool runs_on_queues() {
    return dnnl_version()->cpu_runtime == DNNL_RUNTIME_DPCPP;
}

int per_oc_mask(const problem &p) {
    return p.groups == 0 ? 1 : 3;
}

dnnl::engine &cpu() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

memory::desc src_desc(const convolution_case &c, memory::format_tag tag) {
    const problem &p = c.p;
    return tensor_desc(c, dims_of(c, p.mb, p.ic, c.id, p.ih, p.iw), p.src, tag, p.src_view);
}

memory::desc dst_desc(const convolution_case &c, memory::format_tag tag) {
    return tensor_desc(c, dst_dims(c), c.p.dst, tag, c.p.dst_view);
}

memory::desc src_desc(const problem &p, memory::format_tag tag) {
    convolution_case c;
    c.p = p;
    return src_desc(c, tag);
}

memory::desc dst_desc(const problem &p, memory::format_tag tag) {
    convolution_case c;
    c.p = p;
    return dst_desc(c, tag);
}

memory::dims weights_dims(const convolution_case &c) {
    const problem &p = c.p;
    memory::dims dims = dims_of(c, p.group_oc(), p.group_ic(), c.kd, c.kh, c.kw);
    if (p.groups != 0) dims.insert(dims.begin(), p.groups);
    return dims;
}

memory::desc weights_desc(const convolution_case &c) {
    return {weights_dims(c), memory::data_type::s8, memory::format_tag::any};
}

memory::desc bias_desc(const problem &p) {
    if (!p.bias) return {};
    return {{p.oc}, type_of(*p.bias), memory::format_tag::a};
}

memory::desc operand_desc(const convolution_case &c, const post_op &op) {
    using tag = memory::format_tag;
    if (op.operand != post_op::broadcast::none) {
        const dim channels = op.operand == post_op::broadcast::common ? 1 : c.p.oc;
        return tensor_desc(c, dims_of(c, 1, channels, 1, 1, 1), op.type, tag::nchw, {});
    }
    const std::optional<nhwc_strides> strides = op.operand_strides;
    return tensor_desc(c, dst_dims(c), op.type, tag::nhwc, c.rank == 2 ? strides : std::nullopt);
}

dnnl::algorithm algorithm_of(const post_op &op) {
    using enum post_op::kind;
    using dnnl::algorithm;
    switch (op.op) {
        case relu: return algorithm::eltwise_relu;
        case clip: return algorithm::eltwise_clip;
        case linear: return algorithm::eltwise_linear;
        case abs: return algorithm::eltwise_abs;
        case square: return algorithm::eltwise_square;
        case sqrt: return algorithm::eltwise_sqrt;
        case round: return algorithm::eltwise_round;
        case hardsigmoid: return algorithm::eltwise_hardsigmoid;
        case hardswish: return algorithm::eltwise_hardswish;
        case binary_add: return algorithm::binary_add;
        case binary_sub: return algorithm::binary_sub;
        case binary_mul: return algorithm::binary_mul;
        case binary_div: return algorithm::binary_div;
        case binary_max: return algorithm::binary_max;
        case binary_min: return algorithm::binary_min;
        default: return algorithm(op.function);
    }
}

void append(dnnl::post_ops &ops, const convolution_case &c, const post_op &op) {
    if (op.op == post_op::kind::sum)
        ops.append_sum(op.scale, op.zero_point, type_of(op.type));
    else if (op.op == post_op::kind::prelu)
        ops.append_prelu(op.operand == post_op::broadcast::common ? 0 : 2);
    else if (op.has_operand())
        ops.append_binary(algorithm_of(op), operand_desc(c, op));
    else
        ops.append_eltwise(algorithm_of(op), op.alpha, op.beta);
}

dnnl::primitive_attr attributes(const convolution_case &c) {
    const problem &p = c.p;
    dnnl::primitive_attr attr;
    if (c.user_scratchpad) attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (p.src_scale) attr.set_scales_mask(DNNL_ARG_SRC, 0);
    if (p.dst_scale) attr.set_scales_mask(DNNL_ARG_DST, p.dst_scale_per_oc ? 2 : 0);
    if (p.weights_scale != problem::weights_scale_kind::none)
        attr.set_scales_mask(DNNL_ARG_WEIGHTS,
                p.weights_scale == problem::weights_scale_kind::common ? 0 : per_oc_mask(p));
    if (p.src_zero_point) attr.set_zero_points_mask(DNNL_ARG_SRC, p.src_zero_point_per_ic ? 2 : 0);
    if (p.dst_zero_point) attr.set_zero_points_mask(DNNL_ARG_DST, p.dst_zero_point_per_oc ? 2 : 0);
    dnnl::post_ops ops;
    for (const post_op &op : p.post_ops) append(ops, c, op);
    attr.set_post_ops(ops);
    return attr;
}

dnnl::convolution_forward::primitive_desc make_desc(const convolution_case &c) {
    using dnnl::prop_kind;
    const auto along = [&](dim d, dim h, dim w) {
        const memory::dims all {d, h, w};
        return memory::dims(all.end() - c.rank, all.end());
    };
    return {cpu(), prop_kind::forward_inference, c.algorithm, src_desc(c, c.src_format), weights_desc(c),
            bias_desc(c.p), dst_desc(c, c.dst_format), along(c.stride, c.stride, c.stride),
            along(c.dilation, c.dilation, c.dilation), along(0, c.p.pad_t, c.p.pad_l),
            along(0, c.p.pad_b, c.p.pad_r), attributes(c)};
}

bool onednn_takes(const convolution_case &c) {
    try {
        make_desc(c);
        return true;
    } catch (const dnnl::error &e) {
        EXPECT_EQ(e.status, dnnl_unimplemented);
        return false;
    }
}

void expect_equal(const std::vector<std::uint8_t> &computed, const std::vector<std::uint8_t> &expected) {
    ASSERT_EQ(computed.size(), expected.size());
    if (computed == expected) return;
    const auto at = std::ranges::mismatch(computed, expected).in1 - computed.begin();
    std::size_t different = 0;
    for (std::size_t i = 0; i < computed.size(); ++i) different += computed[i] != expected[i];
    ADD_FAILURE() << different << " of " << computed.size() << " bytes differ, the first at " << at << ": "
                  << int(computed[std::size_t(at)]) << " instead of " << int(expected[std::size_t(at)]);
}

void check(const convolution_case &c, const dnnl::convolution_forward::primitive_desc &desc,
        const dnnl::convolution_forward &primitive) {
    const case_data data(c);
    execution e(c, data, desc);
    e.run(primitive);
    expect_equal(e.dst(), expected_dst(c, data));
}

void check(const convolution_case &c) {
    SCOPED_TRACE(to_string(c));
    const auto desc = make_desc(c);
    const std::string name = desc.impl_info_str();
    ASSERT_TRUE(name.starts_with("wino:") && name.ends_with(":" + expected_isa())) << name;
    check(c, desc, dnnl::convolution_forward(desc));
}

std::string expected_isa() {
    using Xbyak::util::Cpu;
    std::string isa = cap();
    std::ranges::transform(isa, isa.begin(), [](unsigned char ch) { return char(std::tolower(ch)); });
    if (!isa.empty() && isa != "default" && isa != "all") return isa;
    const Cpu cpu;
    if (cpu.has(Cpu::tAVX512_VNNI)) return "avx512_core_vnni";
    if (cpu.has(Cpu::tAVX512BW)) return "avx512_core";
    return cpu.has(Cpu::tAVX_VNNI) ? "avx2_vnni" : "avx2";
}

bool cpu_has_capped_isa() {
    using Xbyak::util::Cpu;
    const Cpu cpu;
    const std::string isa = expected_isa();
    if (isa == "avx2") return cpu.has(Cpu::tAVX2);
    if (isa == "avx2_vnni") return cpu.has(Cpu::tAVX_VNNI);
    if (isa == "avx512_core") return cpu.has(Cpu::tAVX512BW);
    return isa == "avx512_core_vnni" && cpu.has(Cpu::tAVX512_VNNI);
}

} // namespace winodnn::testing
