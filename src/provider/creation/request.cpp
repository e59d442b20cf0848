#include "provider/creation/request.hpp"

#include "problem/limits.hpp"
#include "provider/attributes/attributes.hpp"
#include "provider/attributes/demand.hpp"
#include "provider/attributes/translate_attributes.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/data_types.hpp"
#include "winograd/tile.hpp"

#include <algorithm>
#include <utility>

namespace winodnn {
namespace {

constexpr char not_served_kernel[] = "the kernel is none of 3x3, 5x5, 1x3, 3x1, 1x5 and 5x1";
constexpr char other_stride[] = "the stride is not 1";

void read_shape(const convolution_request &r, problem &p) {
    const desc_view src = view_of(r.src), weights = view_of(r.weights), dst = view_of(r.dst);
    demand(src.ndims == 4 && dst.ndims == 4, "not a 2-D convolution");
    demand(weights.ndims == 4 || weights.ndims == 5, "weights of an unknown rank");
    const std::size_t first = weights.ndims == 5 ? 1 : 0; // behind the group dimension
    demand(!src.has_runtime_values() && !weights.has_runtime_values() && !dst.has_runtime_values(),
            "dimensions or strides known at execution only");
    p.kh = weights.dims[first + 2];
    p.kw = weights.dims[first + 3];
    demand(is_kernel_of_a_tile(p.kh, p.kw), not_served_kernel);
    demand(r.strides[0] == 1 && r.strides[1] == 1, other_stride);
    for (const int axis : {0, 1}) {
        const dim dilation = r.dilates == nullptr ? 1 : r.dilates[axis] + 1; // oneDNN counts from 0
        demand(dilation >= 1 && dilation <= longest_row, "a dilation that no image has");
        (axis == 0 ? p.dilation_h : p.dilation_w) = dilation;
    }

    const dnnl_dim_t *padding_r = r.padding_r == nullptr ? r.padding_l : r.padding_r;
    for (const int axis : {0, 1})
        for (const dim pad : {r.padding_l[axis], padding_r[axis]})
            demand(pad >= 0 && pad <= longest_row, "negative padding, or more than images have");
    p.pad_t = r.padding_l[0];
    p.pad_l = r.padding_l[1];
    p.pad_b = padding_r[0];
    p.pad_r = padding_r[1];

    p.mb = src.dims[0];
    p.ic = src.dims[1];
    p.ih = src.dims[2];
    p.iw = src.dims[3];
    p.oc = dst.dims[1];
    p.oh = dst.dims[2];
    p.ow = dst.dims[3];
    demand(p.mb > 0 && p.ih > 0 && p.iw > 0 && p.oh > 0 && p.ow > 0, "an empty tensor");
    p.groups = first == 1 ? weights.dims[0] : 0;
    demand(p.ic % p.group_count() == 0 && p.oc % p.group_count() == 0, "groups that do not divide channels");
    demand(p.group_ic() >= least_group_channels && p.group_oc() >= least_group_channels,
            "fewer than 16 input or output channels in a group");
    // In floating point, where nothing overflows: what passes is far from overflowing in integers.
    const auto product = [](std::initializer_list<dim> factors) {
        double result = 1;
        for (const dim f : factors) result *= static_cast<double>(f);
        return result;
    };
    demand(product({p.mb, p.ic, p.ih, p.iw}) < double {most_elements}
                    && product({p.mb, p.oc, p.oh, p.ow}) < double {most_elements}
                    && product({p.mb, p.oc, p.oh, p.ow, p.ic}) < double {most_macs},
            "sizes that memory does not have");
    // What follows is oneDNN's to check and is checked there, for whoever asks for direct convolution.
    // Winograd it refuses before it looks, and to be given such sizes for direct convolution it may not
    // survive.
    demand(weights.dims[first] == p.group_oc() && weights.dims[first + 1] == p.group_ic()
                    && dst.dims[0] == p.mb && p.oh == p.ih + p.pad_t + p.pad_b - (p.kh - 1) * p.dilation_h
                    && p.ow == p.iw + p.pad_l + p.pad_r - (p.kw - 1) * p.dilation_w,
            "sizes that do not belong together");
}

void read_tensors(const convolution_request &r, problem &p) {
    const desc_view src = view_of(r.src), weights = view_of(r.weights), bias = view_of(r.bias),
                    dst = view_of(r.dst);
    demand(src.type == dnnl_u8 || src.type == dnnl_s8, "the source is neither u8 nor s8");
    demand(weights.type == dnnl_s8, "the weights are not s8");
    const std::optional<data_type> dst_type = type_of(dst.type);
    demand(dst_type.has_value(), "the destination is none of u8, s8, s32, f32, bf16, f16");
    p.src = src.type == dnnl_u8 ? data_type::u8 : data_type::s8;
    p.dst = *dst_type;

    const auto read_strides = [](const desc_view &tensor, const auto &otherwise) {
        const std::optional<nhwc_strides> strides = tensor.as_nhwc();
        demand(tensor.any() || strides.has_value(), otherwise);
        return strides;
    };
    p.src_view = read_strides(src, "the source is not nhwc");
    p.dst_view = read_strides(dst, "the destination is not nhwc");
    // Plain weights may change between executions, and transforming them each time would cost more than it
    // wins.
    demand(weights.any() || is_packed(r.weights),
            "the weights' format is given: only `any` lets us pack them");

    if (bias.absent()) return;
    p.bias = type_of(bias.type);
    demand(p.bias.has_value(), "the bias is none of u8, s8, s32, f32, bf16, f16");
    demand(bias.any() || (bias.dense() && bias.strides[0] == 1), "the bias is not dense");
}

} // namespace

bool runs_on_cpu(dnnl_engine_t engine) {
    dnnl_engine_kind_t kind = dnnl_any_engine;
    return engine != nullptr && real().dnnl_engine_get_kind(engine, &kind) == dnnl_success
           && kind == dnnl_cpu;
}

kept_request::kept_request(const convolution_request &request, const_dnnl_primitive_attr_t kept_attr)
    : src_(copy_desc(request.src)), weights_(copy_desc(request.weights)), bias_(copy_desc(request.bias)),
      dst_(copy_desc(request.dst)), request_(request) {
    request_.src = src_.get();
    request_.weights = weights_.get();
    request_.bias = bias_.get();
    request_.dst = dst_.get();
    request_.attr = kept_attr;
    std::size_t i = 0;
    for (const dnnl_dim_t **list :
            {&request_.strides, &request_.dilates, &request_.padding_l, &request_.padding_r}) {
        std::array<dim, 2> &kept = sizes_[i++];
        if (*list == nullptr) continue;
        std::copy_n(*list, kept.size(), kept.begin());
        *list = kept.data();
    }
}

dnnl_status_t create_real(owned_primitive_desc &result, const convolution_request &r) {
    dnnl_primitive_desc_t desc = nullptr;
    const dnnl_status_t status = forward(real().dnnl_convolution_forward_primitive_desc_create, &desc,
            r.engine, r.prop_kind, r.alg_kind, r.src, r.weights, r.bias, r.dst, r.strides, r.dilates,
            r.padding_l, r.padding_r, r.attr);
    if (status == dnnl_success) result.reset(desc);
    return status;
}

dnnl_status_t create_direct_in_nhwc(owned_primitive_desc &result, const convolution_request &request) {
    const owned_memory_desc any_weights = make_any_desc(view_of(request.weights));
    convolution_request direct = request;
    direct.alg_kind = dnnl_convolution_direct;
    direct.weights = any_weights.get(); // never packed ones, which it would take for plain
    owned_memory_desc nhwc_src, nhwc_dst;
    const auto choose_nhwc = [](const_dnnl_memory_desc_t &desc, owned_memory_desc &nhwc) {
        const desc_view given = view_of(desc);
        if (given.ndims != 4 || !given.any()) return;
        nhwc = make_nhwc_desc(given);
        desc = nhwc.get();
    };
    choose_nhwc(direct.src, nhwc_src);
    choose_nhwc(direct.dst, nhwc_dst);
    return create_real(result, direct);
}

expected<void> check_at_first_sight(const_dnnl_memory_desc_t src, const_dnnl_memory_desc_t weights,
        const_dnnl_memory_desc_t dst, const dnnl_dim_t *strides) {
    const auto query = real().dnnl_memory_desc_query;
    int rank = 0;
    const dim *kernel = nullptr;
    if (strides == nullptr || query(weights, dnnl_query_ndims_s32, &rank) != dnnl_success
            || (rank != 4 && rank != 5) || query(weights, dnnl_query_dims, &kernel) != dnnl_success
            || is_packed(src) || is_packed(dst))
        return {};
    if (!is_kernel_of_a_tile(kernel[rank - 2], kernel[rank - 1]))
        return refuse(refusal_reason::unserved, not_served_kernel); // nor packed
    if (is_packed(weights)) return {};
    // How long the list of strides is follows from the source: weights of four dimensions can be those of a
    // 1-D convolution with groups.
    int src_rank = 0;
    if (query(src, dnnl_query_ndims_s32, &src_rank) != dnnl_success || src_rank != 4) return {};
    if (strides[0] != 1 || strides[1] != 1) return refuse(refusal_reason::unserved, other_stride);
    return {};
}

expected<problem> translate(const convolution_request &r) {
    try {
        demand(r.strides != nullptr && r.padding_l != nullptr, "missing arguments");
        demand(runs_on_cpu(r.engine), "the engine is not a CPU");
        demand(r.prop_kind == dnnl_forward_inference, "the propagation kind is not forward inference");
        problem p;
        read_shape(r, p);
        read_tensors(r, p);
        read_attributes(r.attr, p);
        return check_limits(p).map([&p] { return std::move(p); });
    } catch (const refusal &why) {
        return tl::unexpected(why);
    }
}

std::string to_string(const convolution_request &r) {
    const desc_view src = view_of(r.src), weights = view_of(r.weights), dst = view_of(r.dst);
    // How long the lists are that have no length of their own follows from the source, if anything does.
    const bool grouped = weights.ndims == src.ndims + 1;
    const bool consistent = dst.ndims == src.ndims && (grouped || weights.ndims == src.ndims);
    if (src.ndims < 3 || src.ndims > 5 || !consistent || r.strides == nullptr || r.padding_l == nullptr)
        return "?";
    const auto text = [](dim d) { return d == DNNL_RUNTIME_DIM_VAL ? std::string("*") : std::to_string(d); };
    std::string s = "mb" + text(src.dims[0]) + "_" + (grouped ? "g" + text(weights.dims[0]) : "") + "ic"
                    + text(src.dims[1]) + "oc" + text(dst.dims[1]);
    const std::size_t spatial = std::size_t(src.ndims) - 2;
    for (std::size_t i = 0; i < spatial; ++i) {
        const char axis = "dhw"[3 - spatial + i];
        const auto item = [&](const char *name, dim d) { s += name + std::string(1, axis) + text(d); };
        item("_i", src.dims[2 + i]);
        item("o", dst.dims[2 + i]);
        item("k", weights.dims[2 + i + (grouped ? 1 : 0)]);
        item("s", r.strides[i]);
        item("d", r.dilates == nullptr ? 0 : r.dilates[i]);
        item("p", r.padding_l[i]);
    }
    return s;
}

} // namespace winodnn
