// As refusing_functions.cpp, for training. oneDNN's own implementations are in floating point, with few
// exceptions; which they are is its business, and changes.
#include "provider/exported/exported.hpp"
#include "provider/exported/unless_packed.hpp"
#include "provider/objects/handle.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_batch_normalization_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t src_desc, float epsilon, unsigned flags,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_batch_normalization_backward_primitive_desc_create",
            real().dnnl_batch_normalization_backward_primitive_desc_create, primitive_desc, engine, prop_kind,
            diff_src_desc, diff_dst_desc, src_desc, epsilon, flags, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_deconvolution_backward_data_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t diff_dst_desc, const dnnl_dims_t strides, const dnnl_dims_t dilates,
        const dnnl_dims_t padding_l, const dnnl_dims_t padding_r, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_deconvolution_backward_data_primitive_desc_create",
            real().dnnl_deconvolution_backward_data_primitive_desc_create, primitive_desc, engine, alg_kind,
            diff_src_desc, weights_desc, diff_dst_desc, strides, dilates, padding_l, padding_r,
            real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_deconvolution_backward_weights_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t diff_weights_desc,
        const_dnnl_memory_desc_t diff_bias_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const dnnl_dims_t strides, const dnnl_dims_t dilates, const dnnl_dims_t padding_l,
        const dnnl_dims_t padding_r, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_deconvolution_backward_weights_primitive_desc_create",
            real().dnnl_deconvolution_backward_weights_primitive_desc_create, primitive_desc, engine,
            alg_kind, src_desc, diff_weights_desc, diff_bias_desc, diff_dst_desc, strides, dilates, padding_l,
            padding_r, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_eltwise_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t data_desc, float alpha, float beta, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_eltwise_backward_primitive_desc_create",
            real().dnnl_eltwise_backward_primitive_desc_create, primitive_desc, engine, alg_kind,
            diff_src_desc, diff_dst_desc, data_desc, alpha, beta, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_inner_product_backward_data_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, const_dnnl_memory_desc_t diff_src_desc,
        const_dnnl_memory_desc_t weights_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_inner_product_backward_data_primitive_desc_create",
            real().dnnl_inner_product_backward_data_primitive_desc_create, primitive_desc, engine,
            diff_src_desc, weights_desc, diff_dst_desc, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_inner_product_backward_weights_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t diff_weights_desc, const_dnnl_memory_desc_t diff_bias_desc,
        const_dnnl_memory_desc_t diff_dst_desc, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_inner_product_backward_weights_primitive_desc_create",
            real().dnnl_inner_product_backward_weights_primitive_desc_create, primitive_desc, engine,
            src_desc, diff_weights_desc, diff_bias_desc, diff_dst_desc, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_layer_normalization_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_prop_kind_t prop_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t stat_desc, float epsilon, unsigned flags,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_layer_normalization_backward_primitive_desc_create",
            real().dnnl_layer_normalization_backward_primitive_desc_create, primitive_desc, engine, prop_kind,
            diff_src_desc, diff_dst_desc, src_desc, stat_desc, epsilon, flags, real_desc_of(hint_fwd_pd),
            attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_lrn_backward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t diff_src_desc,
        const_dnnl_memory_desc_t diff_dst_desc, const_dnnl_memory_desc_t src_desc, dnnl_dim_t local_size,
        float alpha, float beta, float k, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_lrn_backward_primitive_desc_create",
            real().dnnl_lrn_backward_primitive_desc_create, primitive_desc, engine, alg_kind, diff_src_desc,
            diff_dst_desc, src_desc, local_size, alpha, beta, k, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_pooling_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const dnnl_dims_t strides, const dnnl_dims_t kernel, const dnnl_dims_t dilation,
        const dnnl_dims_t padding_l, const dnnl_dims_t padding_r, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_pooling_backward_primitive_desc_create",
            real().dnnl_pooling_backward_primitive_desc_create, primitive_desc, engine, alg_kind,
            diff_src_desc, diff_dst_desc, strides, kernel, dilation, padding_l, padding_r,
            real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_prelu_backward_primitive_desc_create(dnnl_primitive_desc_t *primitive_desc,
        dnnl_engine_t engine, const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_weights_desc,
        const_dnnl_memory_desc_t diff_dst_desc, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_prelu_backward_primitive_desc_create",
            real().dnnl_prelu_backward_primitive_desc_create, primitive_desc, engine, src_desc, weights_desc,
            diff_src_desc, diff_weights_desc, diff_dst_desc, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_resampling_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const float *factors, const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_resampling_backward_primitive_desc_create",
            real().dnnl_resampling_backward_primitive_desc_create, primitive_desc, engine, alg_kind, factors,
            diff_src_desc, diff_dst_desc, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_shuffle_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, const_dnnl_memory_desc_t diff_src_desc,
        const_dnnl_memory_desc_t diff_dst_desc, int axis, dnnl_dim_t group_size,
        const_dnnl_primitive_desc_t hint_fwd_pd, const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_shuffle_backward_primitive_desc_create",
            real().dnnl_shuffle_backward_primitive_desc_create, primitive_desc, engine, diff_src_desc,
            diff_dst_desc, axis, group_size, real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_softmax_backward_primitive_desc_create(
        dnnl_primitive_desc_t *primitive_desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t diff_src_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const_dnnl_memory_desc_t dst_desc, int softmax_axis, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_softmax_backward_primitive_desc_create",
            real().dnnl_softmax_backward_primitive_desc_create, primitive_desc, engine, alg_kind,
            diff_src_desc, diff_dst_desc, dst_desc, softmax_axis, real_desc_of(hint_fwd_pd), attr);
}
