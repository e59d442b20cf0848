#include "provider/attributes/translate_attributes.hpp"

#include "provider/attributes/attributes.hpp"
#include "provider/attributes/demand.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/onednn/data_types.hpp"

#include <algorithm>

namespace winodnn {
namespace {

using kind = post_op::kind;

void read_scales(const attribute_settings &attributes, problem &p) {
    const int weights_per_oc = p.groups == 0 ? 1 : 3;
    for (const auto &[arg, entry] : attributes.scales) {
        demand(arg == DNNL_ARG_SRC || arg == DNNL_ARG_WEIGHTS || arg == DNNL_ARG_DST,
                "scales of something other than source, weights and destination");
        demand(entry.mask == 0 || (arg == DNNL_ARG_WEIGHTS && entry.mask == weights_per_oc)
                        || (arg == DNNL_ARG_DST && entry.mask == 2),
                "scales per something other than oc");
        if (arg == DNNL_ARG_SRC) p.src_scale = true;
        if (arg == DNNL_ARG_DST) {
            p.dst_scale = true;
            p.dst_scale_per_oc = entry.mask != 0;
        }
        if (arg == DNNL_ARG_WEIGHTS)
            p.weights_scale = entry.mask == 0 ? problem::weights_scale_kind::common
                                              : problem::weights_scale_kind::per_oc;
    }
}

void read_zero_points(const attribute_settings &attributes, problem &p) {
    for (const auto &[arg, entry] : attributes.zero_points) {
        demand(arg == DNNL_ARG_SRC || arg == DNNL_ARG_DST,
                "zero points of something other than source and destination");
        demand(entry.mask == 0 || entry.mask == 2, "zero points per something other than channels");
        (arg == DNNL_ARG_SRC ? p.src_zero_point : p.dst_zero_point) = true;
        (arg == DNNL_ARG_SRC ? p.src_zero_point_per_ic : p.dst_zero_point_per_oc) = entry.mask != 0;
    }
}

post_op read_sum(const_dnnl_post_ops_t list, int index, data_type dst) {
    post_op op;
    op.op = kind::sum;
    dnnl_data_type_t type = dnnl_data_type_undef;
    demand(real().dnnl_post_ops_get_params_sum(list, index, &op.scale, &op.zero_point, &type) == dnnl_success,
            "a sum post-op that cannot be read");
    op.type = dst;
    if (type == dnnl_data_type_undef) return op;
    const std::optional<data_type> read_as = type_of(type);
    demand(read_as.has_value() && size_of(*read_as) == size_of(dst),
            "a sum post-op of another size than dst");
    op.type = *read_as;
    return op;
}

// What is plain arithmetic is ours. oneDNN computes the others by approximations of its own, so it is left to
// compute them.
kind kind_of(dnnl_alg_kind_t alg) {
    switch (alg) {
        case dnnl_eltwise_relu:
        case dnnl_eltwise_relu_use_dst_for_bwd: return kind::relu;
        case dnnl_eltwise_clip:
        case dnnl_eltwise_clip_v2:
        case dnnl_eltwise_clip_v2_use_dst_for_bwd: return kind::clip;
        case dnnl_eltwise_linear: return kind::linear;
        case dnnl_eltwise_abs: return kind::abs;
        case dnnl_eltwise_square: return kind::square;
        case dnnl_eltwise_sqrt:
        case dnnl_eltwise_sqrt_use_dst_for_bwd: return kind::sqrt;
        case dnnl_eltwise_round: return kind::round;
        case dnnl_eltwise_hardsigmoid: return kind::hardsigmoid;
        case dnnl_eltwise_hardswish: return kind::hardswish;
        default: return kind::staged;
    }
}

post_op read_eltwise(const_dnnl_post_ops_t list, int index) {
    post_op op;
    dnnl_alg_kind_t alg = dnnl_alg_kind_undef;
    demand(real().dnnl_post_ops_get_params_eltwise(list, index, &alg, &op.alpha, &op.beta) == dnnl_success,
            "an eltwise post-op that cannot be read");
    op.op = kind_of(alg);
    op.function = int(alg);
    return op;
}

kind kind_of_binary(dnnl_alg_kind_t alg) {
    switch (alg) {
        case dnnl_binary_add: return kind::binary_add;
        case dnnl_binary_sub: return kind::binary_sub;
        case dnnl_binary_mul: return kind::binary_mul;
        case dnnl_binary_div: return kind::binary_div;
        case dnnl_binary_max: return kind::binary_max;
        case dnnl_binary_min: return kind::binary_min;
        default:
            throw refusal(
                    refusal_reason::unserved, "a binary post-op other than add, sub, mul, div, max and min");
    }
}

// oneDNN gives an operand without a format that of dst, which is nhwc.
void read_operand(const desc_view &operand, const problem &p, post_op &op) {
    static constexpr char otherwise[] =
            "a binary post-op with another operand than one value, one for each oc, or nhwc";
    demand(operand.ndims == 4, otherwise);
    const bool any = operand.any();
    demand(any || (operand.strided && operand.offset == 0), otherwise);
    const std::array<dim, 4> dst {p.mb, p.oc, p.oh, p.ow};
    const auto is = [&](const std::array<dim, 4> &dims) {
        return std::equal(dims.begin(), dims.end(), operand.dims.begin());
    };
    if (is({1, 1, 1, 1})) {
        op.operand = post_op::broadcast::common;
    } else if (is({1, p.oc, 1, 1})) {
        demand(any || operand.strides[1] == 1, otherwise);
        op.operand = post_op::broadcast::per_oc;
    } else {
        demand(is(dst) && (any || operand.as_nhwc()), otherwise);
        demand(!any || !p.dst_view, otherwise);
        op.operand = post_op::broadcast::none;
        problem dense = p;
        dense.dst_view.reset();
        op.operand_strides = any ? dense.dst_strides() : *operand.as_nhwc();
    }
}

post_op read_binary(const_dnnl_post_ops_t list, int index, const problem &p) {
    post_op op;
    dnnl_alg_kind_t alg = dnnl_alg_kind_undef;
    const_dnnl_memory_desc_t desc = nullptr;
    demand(real().dnnl_post_ops_get_params_binary(list, index, &alg, &desc) == dnnl_success,
            "a binary post-op that cannot be read");
    op.op = kind_of_binary(alg);
    const desc_view operand = view_of(desc);
    const std::optional<data_type> type = type_of(operand.type);
    demand(type.has_value(), "a binary post-op with an operand that is none of u8, s8, s32, f32, bf16, f16");
    op.type = *type;
    read_operand(operand, p, op);
    return op;
}

post_op read_prelu(const_dnnl_post_ops_t list, int index) {
    post_op op;
    int mask = 0;
    demand(real().dnnl_post_ops_get_params_prelu(list, index, &mask) == dnnl_success,
            "a prelu post-op that cannot be read");
    demand(mask == 0 || mask == 2, "a prelu post-op per something other than oc");
    op.op = kind::prelu;
    op.type = data_type::f32;
    op.operand = mask == 0 ? post_op::broadcast::common : post_op::broadcast::per_oc;
    return op;
}

void read_post_ops(const_dnnl_primitive_attr_t attr, problem &p) {
    const_dnnl_post_ops_t list = nullptr;
    if (attr == nullptr) return;
    demand(real().dnnl_primitive_attr_get_post_ops(attr, &list) == dnnl_success,
            "post-ops that cannot be read");
    const int count = real().dnnl_post_ops_len(list);
    for (int i = 0; i < count; ++i) switch (real().dnnl_post_ops_get_kind(list, i)) {
            case dnnl_sum: p.post_ops.push_back(read_sum(list, i, p.dst)); break;
            case dnnl_eltwise: p.post_ops.push_back(read_eltwise(list, i)); break;
            case dnnl_binary: p.post_ops.push_back(read_binary(list, i, p)); break;
            case dnnl_prelu: p.post_ops.push_back(read_prelu(list, i)); break;
            default:
                throw refusal(
                        refusal_reason::unserved, "a post-op other than sum, eltwise, binary and prelu");
        }
}

} // namespace

void read_attributes(const_dnnl_primitive_attr_t attr, problem &p) {
    const std::optional<attribute_settings> attributes = attribute_settings_of(attr);
    demand(attributes.has_value(), "attributes that were not made through the C functions");
    if (attributes->unreadable != nullptr)
        throw refusal(refusal_reason::unserved, std::string("attributes: ") + attributes->unreadable);
    p.source_bits = attributes->source_bits;
    p.weights_bits = attributes->weights_bits;
    read_scales(*attributes, p);
    read_zero_points(*attributes, p);
    read_post_ops(attr, p);
}

bool allows_relaxed_accumulation(const_dnnl_primitive_attr_t attr) {
    // Of v3.4 and later: dnnl_accumulation_mode_relaxed is 1, dnnl_accumulation_mode_any 2.
    using getter = dnnl_status_t (*)(const_dnnl_primitive_attr_t, int *);
    const auto get_mode =
            reinterpret_cast<getter>(WINODNN_FIND_NEWER(dnnl_primitive_attr_get_accumulation_mode));
    int mode = 0;
    return attr != nullptr && get_mode != nullptr && get_mode(attr, &mode) == dnnl_success
           && (mode == 1 || mode == 2);
}

} // namespace winodnn
