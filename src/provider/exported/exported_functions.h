/* The functions of oneDNN's that this library exports. C and assembler read this too.
 *
 * Each has an entry point (entry_points.S), which is what programs call, and a definition of ours, which is
 * called served_<name>. */
#ifndef WINODNN_EXPORTED_FUNCTIONS_H
#define WINODNN_EXPORTED_FUNCTIONS_H

/* Of the C API, returning dnnl_status_t. */
#define WINODNN_STATUS_FUNCTIONS(X)                                                                          \
    X(dnnl_batch_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_batch_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_binary_primitive_desc_create)                                                                     \
    X(dnnl_binary_primitive_desc_create_v2)                                                                  \
    X(dnnl_concat_primitive_desc_create)                                                                     \
    X(dnnl_convolution_backward_data_primitive_desc_create)                                                  \
    X(dnnl_convolution_backward_weights_primitive_desc_create)                                               \
    X(dnnl_convolution_forward_primitive_desc_create)                                                        \
    X(dnnl_deconvolution_backward_data_primitive_desc_create)                                                \
    X(dnnl_deconvolution_backward_weights_primitive_desc_create)                                             \
    X(dnnl_deconvolution_forward_primitive_desc_create)                                                      \
    X(dnnl_eltwise_backward_primitive_desc_create)                                                           \
    X(dnnl_eltwise_forward_primitive_desc_create)                                                            \
    X(dnnl_group_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_group_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_inner_product_backward_data_primitive_desc_create)                                                \
    X(dnnl_inner_product_backward_weights_primitive_desc_create)                                             \
    X(dnnl_inner_product_forward_primitive_desc_create)                                                      \
    X(dnnl_layer_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_layer_normalization_backward_primitive_desc_create_v2)                                            \
    X(dnnl_layer_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_layer_normalization_forward_primitive_desc_create_v2)                                             \
    X(dnnl_lrn_backward_primitive_desc_create)                                                               \
    X(dnnl_lrn_forward_primitive_desc_create)                                                                \
    X(dnnl_matmul_primitive_desc_create)                                                                     \
    X(dnnl_memory_desc_create_submemory)                                                                     \
    X(dnnl_memory_desc_permute_axes)                                                                         \
    X(dnnl_memory_desc_reshape)                                                                              \
    X(dnnl_pooling_backward_primitive_desc_create)                                                           \
    X(dnnl_pooling_forward_primitive_desc_create)                                                            \
    X(dnnl_post_ops_append_binary)                                                                           \
    X(dnnl_post_ops_append_binary_v2)                                                                        \
    X(dnnl_prelu_backward_primitive_desc_create)                                                             \
    X(dnnl_prelu_forward_primitive_desc_create)                                                              \
    X(dnnl_primitive_attr_clone)                                                                             \
    X(dnnl_primitive_attr_create)                                                                            \
    X(dnnl_primitive_attr_destroy)                                                                           \
    X(dnnl_primitive_attr_set_dropout)                                                                       \
    X(dnnl_primitive_attr_set_dropout_v2)                                                                    \
    X(dnnl_primitive_attr_set_precomputed_reductions)                                                        \
    X(dnnl_primitive_attr_set_rounding)                                                                      \
    X(dnnl_primitive_attr_set_scales)                                                                        \
    X(dnnl_primitive_attr_set_scales_mask)                                                                   \
    X(dnnl_primitive_attr_set_scales_v2)                                                                     \
    X(dnnl_primitive_attr_set_scales_v3)                                                                     \
    X(dnnl_primitive_attr_set_zero_points)                                                                   \
    X(dnnl_primitive_attr_set_zero_points_mask)                                                              \
    X(dnnl_primitive_attr_set_zero_points_v2)                                                                \
    X(dnnl_primitive_create)                                                                                 \
    X(dnnl_primitive_create_from_cache_blob)                                                                 \
    X(dnnl_primitive_desc_clone)                                                                             \
    X(dnnl_primitive_desc_destroy)                                                                           \
    X(dnnl_primitive_desc_get_attr)                                                                          \
    X(dnnl_primitive_desc_next_impl)                                                                         \
    X(dnnl_primitive_desc_query)                                                                             \
    X(dnnl_primitive_destroy)                                                                                \
    X(dnnl_primitive_execute)                                                                                \
    X(dnnl_primitive_get_cache_blob)                                                                         \
    X(dnnl_primitive_get_primitive_desc)                                                                     \
    X(dnnl_reduction_primitive_desc_create)                                                                  \
    X(dnnl_reorder_primitive_desc_create)                                                                    \
    X(dnnl_resampling_backward_primitive_desc_create)                                                        \
    X(dnnl_resampling_forward_primitive_desc_create)                                                         \
    X(dnnl_shuffle_backward_primitive_desc_create)                                                           \
    X(dnnl_shuffle_forward_primitive_desc_create)                                                            \
    X(dnnl_softmax_backward_primitive_desc_create)                                                           \
    X(dnnl_softmax_forward_primitive_desc_create)                                                            \
    X(dnnl_stream_destroy)                                                                                   \
    X(dnnl_stream_wait)                                                                                      \
    X(dnnl_sum_primitive_desc_create)                                                                        \
    X(dnnl_sycl_interop_primitive_execute)

/* Of the C API, returning a pointer or a number. */
#define WINODNN_VALUE_FUNCTIONS(X)                                                                           \
    X(dnnl_primitive_desc_query_md)                                                                          \
    X(dnnl_primitive_desc_query_s32)

/* What libdnnl exports for benchdnn, in C++: dnnl::impl::is_pd_in_cache(dnnl_primitive_desc const *) and
 * dnnl::impl::is_primitive_in_cache(dnnl_primitive const *), and the same as they are called since v3.13. */
#define WINODNN_CXX_FUNCTIONS(X)                                                                             \
    X(_ZN4dnnl4impl14is_pd_in_cacheEPK19dnnl_primitive_desc)                                                 \
    X(_ZN4dnnl4impl21is_primitive_in_cacheEPK14dnnl_primitive)                                               \
    X(_Z24dnnl_test_is_pd_in_cachePK19dnnl_primitive_desc)                                                   \
    X(_Z31dnnl_test_is_primitive_in_cachePK14dnnl_primitive)

#endif
