// The exported functions that create the primitive descs that can be ours.
#include "provider/creation/create_convolution.hpp"
#include "provider/exported/exported.hpp"
#include "provider/exported/unless_packed.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/reorder/reorder_description.hpp"
#include "provider/threads/runtime.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_convolution_forward_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_prop_kind_t prop_kind, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t weights_desc,
        const_dnnl_memory_desc_t bias_desc, const_dnnl_memory_desc_t dst_desc, const dnnl_dims_t strides,
        const dnnl_dims_t dilates, const dnnl_dims_t padding_l, const dnnl_dims_t padding_r,
        const_dnnl_primitive_attr_t attr) {
    // Most of a network's convolutions: straight through.
    if (const expected<void> passed = check_at_first_sight(src_desc, weights_desc, dst_desc, strides);
            !passed) {
        const dnnl_status_t status = forward(real().dnnl_convolution_forward_primitive_desc_create, desc,
                engine, prop_kind, alg_kind, src_desc, weights_desc, bias_desc, dst_desc, strides, dilates,
                padding_l, padding_r, attr);
        if (note_first_sight(status, alg_kind, passed.error()) && verbose_refusals())
            print_decline({engine, prop_kind, alg_kind, src_desc, weights_desc, bias_desc, dst_desc, strides,
                                  dilates, padding_l, padding_r, attr},
                    passed.error());
        return status;
    }
    return guarded([&] {
        return create_convolution(desc, {engine, prop_kind, alg_kind, src_desc, weights_desc, bias_desc,
                                                dst_desc, strides, dilates, padding_l, padding_r, attr});
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_convolution_backward_data_primitive_desc_create(dnnl_primitive_desc_t *desc,
        dnnl_engine_t engine, dnnl_alg_kind_t alg_kind, const_dnnl_memory_desc_t diff_src_desc,
        const_dnnl_memory_desc_t weights_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const dnnl_dims_t strides, const dnnl_dims_t dilates, const dnnl_dims_t padding_l,
        const dnnl_dims_t padding_r, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_convolution_backward_data_primitive_desc_create",
            real().dnnl_convolution_backward_data_primitive_desc_create, desc, engine, alg_kind,
            diff_src_desc, weights_desc, diff_dst_desc, strides, dilates, padding_l, padding_r,
            real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_convolution_backward_weights_primitive_desc_create(
        dnnl_primitive_desc_t *desc, dnnl_engine_t engine, dnnl_alg_kind_t alg_kind,
        const_dnnl_memory_desc_t src_desc, const_dnnl_memory_desc_t diff_weights_desc,
        const_dnnl_memory_desc_t diff_bias_desc, const_dnnl_memory_desc_t diff_dst_desc,
        const dnnl_dims_t strides, const dnnl_dims_t dilates, const dnnl_dims_t padding_l,
        const dnnl_dims_t padding_r, const_dnnl_primitive_desc_t hint_fwd_pd,
        const_dnnl_primitive_attr_t attr) {
    return unless_packed("dnnl_convolution_backward_weights_primitive_desc_create",
            real().dnnl_convolution_backward_weights_primitive_desc_create, desc, engine, alg_kind, src_desc,
            diff_weights_desc, diff_bias_desc, diff_dst_desc, strides, dilates, padding_l, padding_r,
            real_desc_of(hint_fwd_pd), attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_reorder_primitive_desc_create(dnnl_primitive_desc_t *desc,
        const_dnnl_memory_desc_t src_desc, dnnl_engine_t src_engine, const_dnnl_memory_desc_t dst_desc,
        dnnl_engine_t dst_engine, const_dnnl_primitive_attr_t attr) {
    bool packed = false;
    const dnnl_status_t status = guarded([&] {
        packed = is_packed(src_desc) || is_packed(dst_desc);
        if (!packed) return dnnl_success;
        if (desc == nullptr || src_desc == nullptr || dst_desc == nullptr) return dnnl_invalid_arguments;
        const auto refused = [](const char *reason) {
            if (verbose_refusals())
                print_refusal("create:refuse", "dnnl_reorder_primitive_desc_create", reason);
            return dnnl_unimplemented;
        };
        if (!runs_on_cpu(src_engine) || !runs_on_cpu(dst_engine))
            return refused("packed weights are for CPUs");
        if (!host_runtime()) return refused(host_runtime().error().text());
        auto handle = std::make_unique<primitive_desc_handle>();
        handle->description =
                std::make_shared<const reorder_description>(src_desc, src_engine, dst_desc, dst_engine, attr);
        *desc = to_c(handle.release());
        return dnnl_success;
    });
    if (packed || status != dnnl_success) return status;
    return forward(real().dnnl_reorder_primitive_desc_create, desc, src_desc, src_engine, dst_desc,
            dst_engine, attr);
}
