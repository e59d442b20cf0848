// A case as benchdnn's command line, as far as it has words for it.
#include "onednn/draw.hpp"

#include "oneapi/dnnl/dnnl_debug.h"

#include <cmath>

namespace winodnn::testing {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::string scales(const convolution_case &c) {
    const problem &p = c.p;
    std::string text;
    const auto add = [&](const std::string &item) {
        text += (text.empty() ? " --attr-scales=" : "+") + item;
    };
    if (p.src_scale) add("src:common:0.25");
    if (p.weights_scale == problem::weights_scale_kind::common) add("wei:common:0.0004");
    if (p.weights_scale == problem::weights_scale_kind::per_oc) add("wei:per_oc");
    if (p.dst_scale) add(p.dst_scale_per_oc ? "dst:per_oc" : "dst:common:3");
    return text;
}

std::string zero_points(const convolution_case &c) {
    const problem &p = c.p;
    std::string text;
    const auto add = [&](const char *arg, bool per_channel, std::int32_t value) {
        text += (text.empty() ? " --attr-zero-points=" : "+") + std::string(arg)
                + (per_channel ? ":per_dim_1" : ":common:" + std::to_string(value));
    };
    if (p.src_zero_point) add("src", p.src_zero_point_per_ic, c.src_zero_point);
    if (p.dst_zero_point) add("dst", p.dst_zero_point_per_oc, c.dst_zero_point);
    return text;
}

std::string to_text(const post_op &op) {
    const std::string policy = op.operand == post_op::broadcast::common ? "common"
                               : op.operand == post_op::broadcast::none ? "per_tensor"
                                                                        : "per_oc";
    const std::string name = name_of(op.op);
    switch (op.op) {
        case post_op::kind::sum:
            return "sum:" + number(op.scale) + ":" + std::to_string(op.zero_point) + ":" + name_of(op.type);
        case post_op::kind::prelu: return "prelu:" + policy;
        case post_op::kind::staged: {
            std::string alg = dnnl_alg_kind2str(dnnl_alg_kind_t(op.function));
            return alg.substr(alg.find('_') + 1) + ":" + number(op.alpha) + ":" + number(op.beta);
        }
        default: break;
    }
    if (op.has_operand()) return name.substr(name.find('_') + 1) + ":" + name_of(op.type) + ":" + policy;
    return name + ":" + number(op.alpha) + ":" + number(op.beta);
}

const char *tag_name(dnnl::memory::format_tag tag, bool view) {
    if (view) return "axb:strided";
    if (tag == dnnl::memory::format_tag::any) return "any";
    return tag == dnnl::memory::format_tag::nhwc ? "axb" : "abx";
}

} // namespace

std::string to_benchdnn(const drawn_case &d) {
    const convolution_case &c = d.c;
    const problem &p = c.p;
    const auto n = [](dim value) { return std::to_string(value); };
    std::string text = std::string("--conv --dir=FWD_I --alg=") + (d.by_name() ? "wino" : "direct")
                       + " --dt=" + name_of(p.src) + ":s8:" + name_of(p.dst);
    if (p.bias) text += std::string(" --bia-dt=") + name_of(*p.bias);
    text += std::string(" --stag=") + tag_name(c.src_format, p.src_view.has_value())
            + " --dtag=" + tag_name(c.dst_format, p.dst_view.has_value()) + scales(c) + zero_points(c);
    for (std::size_t i = 0; i < p.post_ops.size(); ++i)
        text += (i == 0 ? " --attr-post-ops=" : "+") + to_text(p.post_ops[i]);
    if (c.user_scratchpad) text += " --attr-scratchpad=user";
    text += " " + (p.groups > 0 ? "g" + n(p.groups) : std::string()) + "mb" + n(p.mb) + "ic" + n(p.ic) + "oc"
            + n(p.oc);
    const auto axis = [&](const std::string &name, dim in, dim out, dim kernel, dim pad) {
        text += "_i" + name + n(in) + "o" + name + n(out) + "k" + name + n(kernel) + "s" + name + n(c.stride)
                + "d" + name + n(c.dilation) + "p" + name + n(pad);
    };
    if (c.rank == 3) axis("d", c.id, c.od(), c.kd, 0);
    if (c.rank > 1) axis("h", p.ih, p.oh, c.kh, p.pad_t);
    axis("w", p.iw, p.ow, c.kw, p.pad_l);
    text += " (bottom " + n(p.pad_b) + ", right " + n(p.pad_r) + ", data " + n(int(c.data)) + ", threads "
            + n(d.threads);
    if (c.one_tensor) text += ", source and destination in one tensor";
    if (c.misalignment > 0) text += ", unaligned by " + n(dim(c.misalignment));
    if (d.moves) text += ", moved";
    if (d.cache_capacity < 2) text += ", cache of " + n(d.cache_capacity);
    if (std::isfinite(d.max_weights_growth))
        text += ", weights at most " + number(d.max_weights_growth) + " times";
    return text + ")";
}

} // namespace winodnn::testing
