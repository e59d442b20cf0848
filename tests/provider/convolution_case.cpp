#include "convolution_case.hpp"

#include "reference/reference.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
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

void append(std::vector<std::uint8_t> &bytes, data_type type, float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if (is_integer(type)) bits = std::uint32_t(std::int32_t(value));
    if (type == data_type::bf16) bits >>= 16;
    // A number of f16 of the same sign, size between 0.5 and 4.
    if (type == data_type::f16) bits = (bits >> 16 & 0x8000) | (0x3800 + (bits >> 4 & 0xbff));
    const auto *from = reinterpret_cast<const std::uint8_t *>(&bits);
    bytes.insert(bytes.end(), from, from + size_of(type));
}

// Elements of a memory, with what a view skips behind its last pixel.
std::size_t element_count(const memory::desc &desc) {
    return desc.get_size() / memory::data_type_size(desc.get_data_type());
}

memory::desc tensor_desc(const memory::dims &dims, data_type type, memory::format_tag tag,
        const std::optional<nhwc_strides> &view) {
    if (!view) return {dims, type_of(type), tag};
    return {dims, type_of(type), memory::dims {view->n, 1, view->h, view->w}};
}

std::vector<std::uint8_t> make_src(const convolution_case &c, std::mt19937 &random) {
    const problem &p = c.p;
    std::vector<std::uint8_t> src(element_count(src_desc(p, memory::format_tag::nhwc)));
    const bool u8 = p.src == data_type::u8;
    const std::size_t pixels = src.size() / std::size_t(p.ic), ic = std::size_t(p.ic);
    for (std::size_t i = 0; i < src.size(); ++i) {
        const std::uint8_t value = std::uint8_t(random());
        switch (c.data) {
            case pattern::random: src[i] = value; break;
            case pattern::extremes: src[i] = u8 ? 255 : 0x80; break;
            case pattern::largest_sums: src[i] = u8 ? 255 : 0x80; break;
            case pattern::single_pixel: src[i] = i / ic == pixels / 2 ? value : 0; break;
            case pattern::single_channel: src[i] = i % ic == ic / 2 ? value : 0; break;
        }
    }
    return src;
}

std::vector<std::int8_t> make_weights(const convolution_case &c, std::mt19937 &random) {
    std::vector<std::int8_t> weights(std::size_t(c.p.oc * c.p.group_ic() * 9));
    for (std::size_t i = 0; i < weights.size(); ++i) switch (c.data) {
            case pattern::extremes: weights[i] = i % 2 == 0 ? -128 : 127; break;
            case pattern::largest_sums: weights[i] = c.p.src == data_type::u8 ? 127 : -128; break;
            default: weights[i] = std::int8_t(random()); break;
        }
    return weights;
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
    p.oh = p.ih + top + bottom - 2;
    p.ow = p.iw + left + right - 2;
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

case_data::case_data(const convolution_case &c) {
    const problem &p = c.p;
    std::mt19937 random(unsigned(p.ic * 31 + p.oc * 17 + p.ih * 5 + p.iw));
    src = make_src(c, random);
    weights = make_weights(c, random);
    // Whole numbers and fractions; small enough that not everything saturates.
    std::uniform_real_distribution<float> some(-500.f, 500.f);
    for (dim oc = 0; p.bias && oc < p.oc; ++oc)
        append(bias, *p.bias, some(random) / (size_of(*p.bias) == 1 ? 5.f : 1.f));
    const dim scales = p.weights_scale == problem::weights_scale_kind::none     ? 0
                       : p.weights_scale == problem::weights_scale_kind::common ? 1
                                                                                : p.oc;
    // About the size that brings sums of ic random products into the range of u8. Powers of two times odd
    // factors, so that f32 weights divided by them are s8 values again.
    for (dim oc = 0; oc < scales; ++oc) weights_scale.push_back(float(3 + random() % 5) / 8192.f);
    for (const post_op &op : p.post_ops) {
        std::vector<std::uint8_t> &values = operands.emplace_back();
        const dim count = op.operand == post_op::broadcast::common ? 1
                          : op.operand == post_op::broadcast::per_oc
                                  ? p.oc
                                  : dim(element_count(operand_desc(p, op)));
        for (dim n = 0; op.has_operand() && n < count; ++n)
            append(values, op.type, float(random() % 200) / 2.f + 1.f);
    }
    for (dim oc = 0; oc < (p.dst_scale_per_oc ? p.oc : 1); ++oc) dst_scale.push_back(3.f + float(oc % 4));
    dst_before.resize(dst_desc(p, memory::format_tag::nhwc).get_size());
    for (std::size_t i = 0; i < dst_before.size(); ++i) dst_before[i] = std::uint8_t(random());
    if (is_integer(p.dst)) return;
    const std::size_t values = dst_before.size() / size_of(p.dst); // random bytes would be infinities too
    dst_before.clear();
    for (std::size_t i = 0; i < values; ++i) append(dst_before, p.dst, some(random));
}

std::vector<std::int32_t> src_zero_points(const convolution_case &c) {
    std::vector<std::int32_t> values(std::size_t(c.p.src_zero_point_per_ic ? c.p.ic : 1), c.src_zero_point);
    for (std::size_t i = 1; i < values.size(); ++i)
        values[i] = std::int32_t(i * 37 % 256) - (c.p.src == data_type::s8 ? 128 : 0);
    return values;
}

std::vector<std::int32_t> dst_zero_points(const convolution_case &c) {
    std::vector<std::int32_t> values(std::size_t(c.p.dst_zero_point_per_oc ? c.p.oc : 1), c.dst_zero_point);
    for (std::size_t i = 1; i < values.size(); ++i) values[i] += std::int32_t(i % 9);
    return values;
}

std::vector<std::uint8_t> expected_dst(const convolution_case &c, const case_data &data) {
    std::vector<std::uint8_t> dst = data.dst_before;
    const std::vector<std::int32_t> of_src = src_zero_points(c), of_dst = dst_zero_points(c);
    std::vector<const void *> operands;
    for (const auto &values : data.operands) operands.push_back(values.data());
    run_args args;
    if (c.p.bias) args.bias = {data.bias.data(), *c.p.bias};
    args.src_scale = {&data.src_scale};
    args.weights_scale = {data.weights_scale.data()};
    args.dst_scale = {data.dst_scale.data()};
    args.src_zero_points = {of_src.data(), data_type::s32};
    args.dst_zero_points = {of_dst.data(), data_type::s32};
    args.operands = operands.data();
    args.dst = dst.data();
    reference_store(c.p, args,
            reference_accumulators(c.p, data.src.data(), data.weights.data(), args.src_zero_points));
    return dst;
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

memory::desc src_desc(const problem &p, memory::format_tag tag) {
    return tensor_desc({p.mb, p.ic, p.ih, p.iw}, p.src, tag, p.src_view);
}

memory::desc dst_desc(const problem &p, memory::format_tag tag) {
    return tensor_desc({p.mb, p.oc, p.oh, p.ow}, p.dst, tag, p.dst_view);
}

memory::dims weights_dims(const problem &p) {
    if (p.groups == 0) return {p.oc, p.ic, 3, 3};
    return {p.groups, p.group_oc(), p.group_ic(), 3, 3};
}

memory::desc weights_desc(const problem &p) {
    return {weights_dims(p), memory::data_type::s8, memory::format_tag::any};
}

memory::desc bias_desc(const problem &p) {
    if (!p.bias) return {};
    return {{p.oc}, type_of(*p.bias), memory::format_tag::a};
}

memory::desc operand_desc(const problem &p, const post_op &op) {
    using tag = memory::format_tag;
    if (op.operand == post_op::broadcast::common) return {{1, 1, 1, 1}, type_of(op.type), tag::nchw};
    if (op.operand == post_op::broadcast::per_oc) return {{1, p.oc, 1, 1}, type_of(op.type), tag::nchw};
    return tensor_desc({p.mb, p.oc, p.oh, p.ow}, op.type, tag::nhwc, op.operand_strides);
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

void append(dnnl::post_ops &ops, const problem &p, const post_op &op) {
    if (op.op == post_op::kind::sum)
        ops.append_sum(op.scale, op.zero_point, type_of(op.type));
    else if (op.op == post_op::kind::prelu)
        ops.append_prelu(op.operand == post_op::broadcast::common ? 0 : 2);
    else if (op.has_operand())
        ops.append_binary(algorithm_of(op), operand_desc(p, op));
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
    for (const post_op &op : p.post_ops) append(ops, p, op);
    attr.set_post_ops(ops);
    return attr;
}

dnnl::convolution_forward::primitive_desc make_desc(const convolution_case &c) {
    using dnnl::prop_kind;
    const memory::format_tag any = memory::format_tag::any;
    return {cpu(), prop_kind::forward_inference, c.algorithm, src_desc(c.p, any), weights_desc(c.p),
            bias_desc(c.p), dst_desc(c.p, any), {1, 1}, {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r},
            attributes(c)};
}

execution::execution(const convolution_case &c, const case_data &data,
        const dnnl::convolution_forward::primitive_desc &desc)
    : side_(c.side) {
    const problem &p = c.p;
    // Not what the desc answers: the data are nhwc whatever it says.
    arguments = {{DNNL_ARG_SRC, make(src_desc(p, memory::format_tag::nhwc), data.src.data())},
            {DNNL_ARG_WEIGHTS, packed(c, data, desc.weights_desc())},
            {DNNL_ARG_DST, make(dst_desc(p, memory::format_tag::nhwc), data.dst_before.data())}};
    if (p.bias) arguments[DNNL_ARG_BIAS] = make(bias_desc(p), data.bias.data());

    const auto values = [&](int arg, const void *contents, dim count, memory::data_type type) {
        arguments[arg] = make({{count}, type, memory::format_tag::a}, contents);
    };
    const auto f32 = memory::data_type::f32, s32 = memory::data_type::s32;
    if (p.src_scale) values(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, &data.src_scale, 1, f32);
    if (p.dst_scale)
        values(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, data.dst_scale.data(), dim(data.dst_scale.size()), f32);
    if (!data.weights_scale.empty())
        values(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, data.weights_scale.data(),
                dim(data.weights_scale.size()), f32);
    const std::vector<std::int32_t> of_src = src_zero_points(c), of_dst = dst_zero_points(c);
    if (p.src_zero_point)
        values(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, of_src.data(), dim(of_src.size()), s32);
    if (p.dst_zero_point)
        values(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, of_dst.data(), dim(of_dst.size()), s32);
    for (std::size_t i = 0; i < p.post_ops.size(); ++i) {
        const post_op &op = p.post_ops[i];
        if (!op.has_operand()) continue;
        const int index = DNNL_ARG_ATTR_MULTIPLE_POST_OP(int(i));
        if (op.op == post_op::kind::prelu)
            values(index | DNNL_ARG_WEIGHTS, data.operands[i].data(),
                    op.operand == post_op::broadcast::common ? 1 : p.oc, f32);
        else
            arguments[index | DNNL_ARG_SRC_1] = make(operand_desc(p, op), data.operands[i].data());
    }
    if (c.user_scratchpad) arguments[DNNL_ARG_SCRATCHPAD] = make(desc.scratchpad_desc(), nullptr);
}

memory execution::make(const memory::desc &desc, const void *contents) {
    const std::byte *data = buffers_.emplace_back(desc.get_size(), side_).data();
    if (contents != nullptr) std::memcpy(const_cast<std::byte *>(data), contents, desc.get_size());
    return memory(desc, cpu(), const_cast<std::byte *>(data));
}

// The user's weights: s8 values as they are, or f32 ones that the reorder divides by the scales.
memory execution::packed(const convolution_case &c, const case_data &data, const memory::desc &format) {
    using tag = memory::format_tag;
    const memory::dims dims = weights_dims(c.p);
    const tag plain_format = dims.size() == 5 ? tag::goihw : tag::oihw;
    dnnl::stream stream(cpu());
    const memory user(
            {dims, c.weights_type, c.weights_format == tag::any ? plain_format : c.weights_format}, cpu());
    dnnl::primitive_attr attr;
    std::unordered_map<int, memory> args;
    memory plain;
    if (c.weights_type == memory::data_type::s8) {
        plain = make({dims, memory::data_type::s8, plain_format}, data.weights.data());
    } else {
        std::vector<float> values(data.weights.size());
        const std::size_t per_oc = values.size() / std::size_t(c.p.oc);
        const auto scale = [&](std::size_t i) {
            if (data.weights_scale.empty()) return 1.f;
            return data.weights_scale[data.weights_scale.size() == 1 ? 0 : i / per_oc];
        };
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(data.weights[i]) * scale(i);
        plain = make({dims, memory::data_type::f32, plain_format}, values.data());
        if (!data.weights_scale.empty()) {
            attr.set_scales_mask(DNNL_ARG_DST, data.weights_scale.size() == 1 ? 0 : per_oc_mask(c.p));
            args[DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST] =
                    make({{dim(data.weights_scale.size())}, memory::data_type::f32, memory::format_tag::a},
                            data.weights_scale.data());
        }
    }
    memory from = plain, to = user;
    const dnnl::reorder to_user(from, to);
    to_user.execute(stream, from, to);

    memory result = make(format, nullptr);
    args[DNNL_ARG_FROM] = user;
    args[DNNL_ARG_TO] = result;
    const dnnl::reorder::primitive_desc desc(cpu(), user.get_desc(), cpu(), format, attr);
    const dnnl::reorder to_packed(desc);
    to_packed.execute(stream, args);
    stream.wait();
    return result;
}

void execution::run(const dnnl::convolution_forward &primitive) {
    dnnl::stream stream(cpu());
    primitive.execute(stream, arguments);
    stream.wait();
}

std::vector<std::uint8_t> execution::dst() const {
    const memory &m = arguments.at(DNNL_ARG_DST);
    const auto *data = static_cast<const std::uint8_t *>(m.get_data_handle());
    return {data, data + m.get_desc().get_size()};
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
