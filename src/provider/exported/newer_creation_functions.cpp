// As refusing_functions.cpp, for functions that came after v3.0: declared here, as v3.13 has them, because
// the program may be newer than the oneDNN that we are built with.
#include "provider/exported/exported.hpp"
#include "provider/exported/unless_packed.hpp"
#include "provider/objects/handle.hpp"

using namespace winodnn;

#define WINODNN_REAL(name) reinterpret_cast<decltype(&name)>(WINODNN_FIND_NEWER(name))

extern "C" {
dnnl_status_t dnnl_binary_primitive_desc_create_v2(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src0_desc,
        const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t src2_desc,
        const_dnnl_memory_desc_t dst_desc, const_dnnl_primitive_attr_t attr);
dnnl_status_t dnnl_layer_normalization_forward_primitive_desc_create_v2(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t dst_desc, const_dnnl_memory_desc_t stat_desc,
        dnnl_data_type_t scale_shift_data_type, float epsilon, unsigned flags,
        const_dnnl_primitive_attr_t attr);
dnnl_status_t dnnl_group_normalization_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t dst_desc, dnnl_dim_t groups, float epsilon, unsigned flags,
        const_dnnl_primitive_attr_t attr);
dnnl_status_t dnnl_group_normalization_backward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t diff_src_desc,
        const_dnnl_memory_desc_t diff_dst_desc, const_dnnl_memory_desc_t src_desc, dnnl_dim_t groups,
        float epsilon, unsigned flags, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr);
dnnl_status_t dnnl_layer_normalization_backward_primitive_desc_create_v2(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t stat_desc,
        dnnl_data_type_t diff_scale_shift_data_type, dnnl_data_type_t scale_shift_data_type, float epsilon,
        unsigned flags, const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr);
dnnl_status_t dnnl_post_ops_append_binary_v2(dnnl_post_ops_t post_ops, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t src2_desc);
}

WINODNN_EXPORT dnnl_status_t dnnl_binary_primitive_desc_create_v2(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src0_desc,
        const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t src2_desc,
        const_dnnl_memory_desc_t dst_desc, const_dnnl_primitive_attr_t attr) {
    const auto function = WINODNN_REAL(dnnl_binary_primitive_desc_create_v2);
    return unless_packed("dnnl_binary_primitive_desc_create_v2", function, primitive_desc, engine, alg_kind,
            src0_desc, src1_desc, src2_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_layer_normalization_forward_primitive_desc_create_v2(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_memory_desc_t stat_desc, dnnl_data_type_t scale_shift_data_type, float epsilon,
        unsigned flags, const_dnnl_primitive_attr_t attr) {
    const auto function = WINODNN_REAL(dnnl_layer_normalization_forward_primitive_desc_create_v2);
    return unless_packed("dnnl_layer_normalization_forward_primitive_desc_create_v2", function,
            primitive_desc, engine, prop_kind, src_desc, dst_desc, stat_desc, scale_shift_data_type, epsilon,
            flags, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_group_normalization_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, dnnl_dim_t groups,
        float epsilon, unsigned flags, const_dnnl_primitive_attr_t attr) {
    const auto function = WINODNN_REAL(dnnl_group_normalization_forward_primitive_desc_create);
    return unless_packed("dnnl_group_normalization_forward_primitive_desc_create", function, primitive_desc,
            engine, prop_kind, src_desc, dst_desc, groups, epsilon, flags, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_group_normalization_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t src_desc, dnnl_dim_t groups, float epsilon, unsigned flags,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    const auto function = WINODNN_REAL(dnnl_group_normalization_backward_primitive_desc_create);
    return unless_packed("dnnl_group_normalization_backward_primitive_desc_create", function, primitive_desc,
            engine, prop_kind, diff_src_desc, diff_dst_desc, src_desc, groups, epsilon, flags,
            real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_layer_normalization_backward_primitive_desc_create_v2(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t stat_desc,
        dnnl_data_type_t diff_scale_shift_data_type, dnnl_data_type_t scale_shift_data_type, float epsilon,
        unsigned flags, const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    const auto function = WINODNN_REAL(dnnl_layer_normalization_backward_primitive_desc_create_v2);
    return unless_packed("dnnl_layer_normalization_backward_primitive_desc_create_v2", function,
            primitive_desc, engine, prop_kind, diff_src_desc, diff_dst_desc, src_desc, stat_desc,
            diff_scale_shift_data_type, scale_shift_data_type, epsilon, flags, real_desc_of(hint_fwd_pd),
            attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_post_ops_append_binary_v2(dnnl_post_ops_t post_ops,
        dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t src2_desc) {
    const auto function = WINODNN_REAL(dnnl_post_ops_append_binary_v2);
    return unless_packed(
            "dnnl_post_ops_append_binary_v2", function, post_ops, alg_kind, src1_desc, src2_desc);
}
