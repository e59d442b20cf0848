#include "problem/problem.hpp"

#include "problem/limits.hpp"

#include <algorithm>

namespace winodnn {

namespace {

nhwc_strides dense(dim h, dim w, dim c) {
    return {h * w * c, w * c, c};
}

dim extent(const nhwc_strides &s, dim n, dim h, dim w, dim c) {
    return (n - 1) * s.n + (h - 1) * s.h + (w - 1) * s.w + c;
}

} // namespace

bool problem::stores_accumulators() const {
    return dst == data_type::s32 && !bias && weights_scale == weights_scale_kind::none && !src_scale
           && !dst_scale && !dst_zero_point && post_ops.empty();
}

nhwc_strides problem::src_strides() const {
    return src_view.value_or(dense(ih, iw, ic));
}

nhwc_strides problem::dst_strides() const {
    return dst_view.value_or(dense(oh, ow, oc));
}

dim problem::src_extent() const {
    return extent(src_strides(), mb, ih, iw, ic);
}

dim problem::dst_extent() const {
    return extent_of(dst_strides());
}

dim problem::extent_of(const nhwc_strides &like_dst) const {
    return extent(like_dst, mb, oh, ow, oc);
}

value_range source_range(data_type src, bool zero_point) {
    // With a zero point inside the source data type the difference spans the type's width both ways.
    if (zero_point) return {-255, 255};
    return src == data_type::u8 ? value_range {0, 255} : value_range {-128, 127};
}

value_range source_range(const problem &p) {
    return source_range(p.src, p.src_zero_point);
}

expected<void> check_limits(const problem &p) {
    const auto exceeds = [](const auto &limit) { return refuse(refusal_reason::limit, limit); };
    const auto too_long = [&](const nhwc_strides &tensor) {
        return tensor.h > longest_row / p.dilation_h || tensor.w > longest_row / p.dilation_w;
    };
    if (too_long(p.src_strides()) || too_long(p.dst_strides())
            || std::ranges::any_of(p.post_ops, too_long, &post_op::operand_strides))
        return exceeds("rows too long for 32-bit displacements");
    if (p.group_ic() > most_group_ic)
        return exceeds("more input channels in a group than 32-bit displacements reach");
    if (p.oc > most_oc) return exceeds("more output channels than 32-bit displacements reach");
    if (p.oh > most_rows || p.mb * p.oh * p.ow > most_output_pixels)
        return exceeds("more output pixels than are laid out in tiles");
    if (p.post_ops.size() > most_post_ops) return exceeds("more than 32 post-ops");
    return {};
}

std::string to_string(const problem &p) {
    const auto n = [](dim value) { return std::to_string(value); };
    // benchdnn leaves the right padding out: it follows from the output size.
    const std::string g = p.groups == 0 ? "" : "g" + n(p.groups);
    return "mb" + n(p.mb) + "_" + g + "ic" + n(p.ic) + "oc" + n(p.oc) + "_ih" + n(p.ih) + "oh" + n(p.oh)
           + "kh" + n(p.kh) + "sh1dh" + n(p.dilation_h - 1) + "ph" + n(p.pad_t) + "_iw" + n(p.iw) + "ow"
           + n(p.ow) + "kw" + n(p.kw) + "sw1dw" + n(p.dilation_w - 1) + "pw" + n(p.pad_l);
}

} // namespace winodnn
