#include "convolution_case.hpp"

#include <algorithm>
#include <cstring>

namespace winodnn::testing {

using dnnl::memory;

execution::execution(const convolution_case &c, const case_data &data,
        const dnnl::convolution_forward::primitive_desc &desc)
    : side_(c.side), misalignment_(c.misalignment) {
    const problem &p = c.p;
    make_tensors(c, data);
    arguments[DNNL_ARG_WEIGHTS] = packed(c, data, desc.weights_desc());
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
            arguments[index | DNNL_ARG_SRC_1] = make(operand_desc(c, op), data.operands[i].data());
    }
    if (c.user_scratchpad) arguments[DNNL_ARG_SCRATCHPAD] = make(desc.scratchpad_desc(), nullptr);
}

std::byte *execution::allocate(std::size_t bytes) {
    std::byte *data = buffers_.emplace_back(bytes + misalignment_, side_).data();
    return side_ == guard::before ? data + misalignment_ : data;
}

memory execution::make(const memory::desc &desc, const void *contents) {
    std::byte *data = allocate(desc.get_size());
    if (contents != nullptr && desc.get_size() > 0) std::memcpy(data, contents, desc.get_size());
    return memory(desc, cpu(), data);
}

// Not what the primitive desc answers: the data are nhwc whatever it says.
void execution::make_tensors(const convolution_case &c, const case_data &data) {
    const memory::desc src = src_desc(c, memory::format_tag::nhwc),
                       dst = dst_desc(c, memory::format_tag::nhwc);
    if (c.one_tensor) {
        dst_offset_ = std::size_t(c.p.ic);
        std::byte *both = allocate(dst_offset_ + dst.get_size());
        std::memcpy(both, data.src.data(), src.get_size());
        std::memcpy(both + dst_offset_, data.dst_before.data(), dst.get_size());
        arguments = {{DNNL_ARG_SRC, memory(src, cpu(), both)},
                {DNNL_ARG_DST, memory(dst, cpu(), both + dst_offset_)}};
        return;
    }
    arguments = {
            {DNNL_ARG_SRC, make(src, data.src.data())}, {DNNL_ARG_DST, make(dst, data.dst_before.data())}};
}

void execution::move() {
    for (auto &[arg, m] : arguments) {
        const bool follows_source = dst_offset_ != 0 && arg == DNNL_ARG_DST;
        const std::size_t bytes = m.get_desc().get_size();
        if (follows_source || bytes == 0) continue;
        // Of one tensor all, which ends with the destination.
        const bool both = dst_offset_ != 0 && arg == DNNL_ARG_SRC;
        memory &dst = arguments[DNNL_ARG_DST];
        const std::size_t all = both ? dst_offset_ + dst.get_desc().get_size() : bytes;
        std::byte *moved = allocate(all);
        std::memcpy(moved, m.get_data_handle(), all);
        m.set_data_handle(moved);
        if (both) dst.set_data_handle(moved + dst_offset_);
    }
}

// The user's weights: s8 values as they are, or f32 ones that the reorder divides by the scales.
memory execution::packed(const convolution_case &c, const case_data &data, const memory::desc &format) {
    using tag = memory::format_tag;
    const memory::dims dims = weights_dims(c);
    constexpr tag dense[] = {tag::abc, tag::abcd, tag::abcde, tag::abcdef};
    const tag plain_format = dense[dims.size() - 3];
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
        const std::size_t per_oc = values.size() / std::max(std::size_t(c.p.oc), std::size_t {1});
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

dnnl_status_t status_of(const std::function<void()> &action) {
    try {
        action();
        return dnnl_success;
    } catch (const dnnl::error &e) {
        return e.status;
    }
}

} // namespace winodnn::testing
