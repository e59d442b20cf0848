// Exported functions that create primitive descs of oneDNN's and could be given packed weights. To oneDNN
// such a desc is plain s8 with odd strides; computing with it would read the packed block as if it were
// values.
#include "provider/exported.hpp"
#include "provider/memory_desc.hpp"

#include <algorithm>

using namespace winodnn;

namespace {

template <typename... Descs>
bool any_packed(Descs... descs) {
    return (is_packed(descs) || ...);
}

bool any_packed_of(int count, const const_dnnl_memory_desc_t *descs) {
    return descs != nullptr && std::any_of(descs, descs + std::max(count, 0), is_packed);
}

} // namespace

WINODNN_EXPORT dnnl_status_t dnnl_deconvolution_forward_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc, const dnnl_dims_t strides,
        const dnnl_dims_t dilates, const dnnl_dims_t padding_l, const dnnl_dims_t padding_r,
        const_dnnl_primitive_attr_t attr) {
    if (any_packed(src_desc, weights_desc, dst_desc)) return dnnl_unimplemented;
    return forward(real().dnnl_deconvolution_forward_primitive_desc_create, desc, engine, prop_kind, alg_kind,
            src_desc, weights_desc, bias_desc, dst_desc, strides, dilates, padding_l, padding_r, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_inner_product_forward_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, const_dnnl_memory_desc_t src_desc,
        const_dnnl_memory_desc_t weights_desc, const_dnnl_memory_desc_t bias_desc,
        const_dnnl_memory_desc_t dst_desc, const_dnnl_primitive_attr_t attr) {
    if (any_packed(src_desc, weights_desc, dst_desc)) return dnnl_unimplemented;
    return forward(real().dnnl_inner_product_forward_primitive_desc_create, desc, engine, prop_kind, src_desc,
            weights_desc, bias_desc, dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_matmul_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    if (any_packed(src_desc, weights_desc, dst_desc)) return dnnl_unimplemented;
    return forward(real().dnnl_matmul_primitive_desc_create, desc, engine, src_desc, weights_desc, bias_desc,
            dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_binary_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t src0_desc,
        const_dnnl_memory_desc_t src1_desc, const_dnnl_memory_desc_t dst_desc,
        const_dnnl_primitive_attr_t attr) {
    if (any_packed(src0_desc, src1_desc, dst_desc)) return dnnl_unimplemented;
    return forward(real().dnnl_binary_primitive_desc_create, desc, engine, alg_kind, src0_desc, src1_desc,
            dst_desc, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_eltwise_forward_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t dst_desc, float alpha, float beta,
        const_dnnl_primitive_attr_t attr) {
    if (any_packed(src_desc, dst_desc)) return dnnl_unimplemented;
    return forward(real().dnnl_eltwise_forward_primitive_desc_create, desc, engine, prop_kind, alg_kind,
            src_desc, dst_desc, alpha, beta, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_concat_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, const_dnnl_memory_desc_t dst_desc, int n, int dimension,
        const const_dnnl_memory_desc_t *src_descs, const_dnnl_primitive_attr_t attr) {
    if (any_packed(dst_desc) || any_packed_of(n, src_descs)) return dnnl_unimplemented;
    return forward(
            real().dnnl_concat_primitive_desc_create, desc, engine, dst_desc, n, dimension, src_descs, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_sum_primitive_desc_create(dnnl_primitive_desc_t *desc, dnnl_engine_t engine,
        const_dnnl_memory_desc_t dst_desc, int n, const float *scales,
        const const_dnnl_memory_desc_t *src_descs, const_dnnl_primitive_attr_t attr) {
    if (any_packed(dst_desc) || any_packed_of(n, src_descs)) return dnnl_unimplemented;
    return forward(real().dnnl_sum_primitive_desc_create, desc, engine, dst_desc, n, scales, src_descs, attr);
}
