// Exported functions that create primitive descs of oneDNN's and could be given packed weights: those that
// take s8. To oneDNN such a desc is plain s8 with odd strides; computing with it would read the packed block
// as if it were values.
#include "provider/exported/exported.hpp"
#include "provider/exported/unless_packed.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_deconvolution_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc, const dnnl_dims_t strides,
        const dnnl_dims_t dilates, const dnnl_dims_t padding_l, const dnnl_dims_t padding_r,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_deconvolution_forward_primitive_desc_create",
            real().dnnl_deconvolution_forward_primitive_desc_create, primitive_desc, engine, prop_kind,
            alg_kind, src_desc, weights_desc, bias_desc, dst_desc, strides, dilates, padding_l, padding_r,
            attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_inner_product_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_inner_product_forward_primitive_desc_create",
            real().dnnl_inner_product_forward_primitive_desc_create, primitive_desc, engine, prop_kind,
            src_desc, weights_desc, bias_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_matmul_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_matmul_primitive_desc_create", real().dnnl_matmul_primitive_desc_create,
            primitive_desc, engine, src_desc, weights_desc, bias_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_binary_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src0_desc,
        const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_binary_primitive_desc_create", real().dnnl_binary_primitive_desc_create,
            primitive_desc, engine, alg_kind, src0_desc, src1_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_eltwise_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, float alpha, float beta,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_eltwise_forward_primitive_desc_create",
            real().dnnl_eltwise_forward_primitive_desc_create, primitive_desc, engine, prop_kind, alg_kind,
            src_desc, dst_desc, alpha, beta, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_pooling_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, const dnnl_dims_t strides,
        const dnnl_dims_t kernel, const dnnl_dims_t dilation, const dnnl_dims_t padding_l,
        const dnnl_dims_t padding_r, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_pooling_forward_primitive_desc_create",
            real().dnnl_pooling_forward_primitive_desc_create, primitive_desc, engine, prop_kind, alg_kind,
            src_desc, dst_desc, strides, kernel, dilation, padding_l, padding_r, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_reduction_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t dst_desc, float p, float eps, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_reduction_primitive_desc_create", real().dnnl_reduction_primitive_desc_create,
            primitive_desc, engine, alg_kind, src_desc, dst_desc, p, eps, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_resampling_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        dnnl_alg_kind_t alg_kind, const float *factors, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t dst_desc, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_resampling_forward_primitive_desc_create",
            real().dnnl_resampling_forward_primitive_desc_create, primitive_desc, engine, prop_kind, alg_kind,
            factors, src_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_shuffle_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t dst_desc, int axis, dnnl_dim_t group_size,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_shuffle_forward_primitive_desc_create",
            real().dnnl_shuffle_forward_primitive_desc_create, primitive_desc, engine, prop_kind, src_desc,
            dst_desc, axis, group_size, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_softmax_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, int softmax_axis,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_softmax_forward_primitive_desc_create",
            real().dnnl_softmax_forward_primitive_desc_create, primitive_desc, engine, prop_kind, alg_kind,
            src_desc, dst_desc, softmax_axis, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_batch_normalization_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, float epsilon, unsigned flags,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_batch_normalization_forward_primitive_desc_create",
            real().dnnl_batch_normalization_forward_primitive_desc_create, primitive_desc, engine, prop_kind,
            src_desc, dst_desc, epsilon, flags, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_layer_normalization_forward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_memory_desc_t stat_desc, float epsilon, unsigned flags, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_layer_normalization_forward_primitive_desc_create",
            real().dnnl_layer_normalization_forward_primitive_desc_create, primitive_desc, engine, prop_kind,
            src_desc, dst_desc, stat_desc, epsilon, flags, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_prelu_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t weights_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_prelu_forward_primitive_desc_create",
            real().dnnl_prelu_forward_primitive_desc_create, primitive_desc, engine, prop_kind, src_desc,
            weights_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_lrn_forward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, dnnl_dim_t local_size,
        float alpha, float beta, float k, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_lrn_forward_primitive_desc_create",
            real().dnnl_lrn_forward_primitive_desc_create, primitive_desc, engine, prop_kind, alg_kind,
            src_desc, dst_desc, local_size, alpha, beta, k, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_concat_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, const_dnnl_memory_desc_t dst_desc, int n, int dimension,
        const const_dnnl_memory_desc_t *src_descs, const_dnnl_primitive_attr_t attr) {
    const dnnl_status_t status =
            refuse_packed("dnnl_concat_primitive_desc_create", [&] { return any_packed(n, src_descs); });
    if (status != dnnl_success) return status;
    return unless_packed("dnnl_concat_primitive_desc_create", real().dnnl_concat_primitive_desc_create, desc,
            engine, dst_desc, n, dimension, src_descs, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_sum_primitive_desc_create(dnnl_primitive_desc_t *desc, dnnl_engine_t engine,
        const_dnnl_memory_desc_t dst_desc, int n, const float *scales,
        const const_dnnl_memory_desc_t *src_descs, const_dnnl_primitive_attr_t attr) {
    const dnnl_status_t status =
            refuse_packed("dnnl_sum_primitive_desc_create", [&] { return any_packed(n, src_descs); });
    if (status != dnnl_success) return status;
    return unless_packed("dnnl_sum_primitive_desc_create", real().dnnl_sum_primitive_desc_create, desc,
            engine, dst_desc, n, scales, src_descs, attr);
}

// The operand of a binary post-op, which any primitive can have.
WINODNN_EXPORT dnnl_status_t dnnl_post_ops_append_binary(
        dnnl_post_ops_t post_ops, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src1_desc) {
    return unless_packed(
            "dnnl_post_ops_append_binary", real().dnnl_post_ops_append_binary, post_ops, alg_kind, src1_desc);
}
