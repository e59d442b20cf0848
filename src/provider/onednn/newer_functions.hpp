// Functions of oneDNN's that the headers that we are built with may not have: looked up by name, called by a
// type that the caller knows.
#pragma once

#include <cstddef>

namespace winodnn {

#define WINODNN_NEWER_FUNCTIONS(X)                                                                           \
    X(dnnl_binary_primitive_desc_create_v2)                                                                  \
    X(dnnl_group_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_group_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_layer_normalization_backward_primitive_desc_create_v2)                                            \
    X(dnnl_layer_normalization_forward_primitive_desc_create_v2)                                             \
    X(dnnl_post_ops_append_binary_v2)                                                                        \
    X(dnnl_primitive_attr_get_accumulation_mode)                                                             \
    X(dnnl_primitive_attr_set_dropout)                                                                       \
    X(dnnl_primitive_attr_set_dropout_v2)                                                                    \
    X(dnnl_primitive_attr_set_precomputed_reductions)                                                        \
    X(dnnl_primitive_attr_set_rounding)                                                                      \
    X(dnnl_primitive_attr_set_scales)                                                                        \
    X(dnnl_primitive_attr_set_scales_v2)                                                                     \
    X(dnnl_primitive_attr_set_scales_v3)                                                                     \
    X(dnnl_primitive_attr_set_zero_points)                                                                   \
    X(dnnl_primitive_attr_set_zero_points_v2)                                                                \
    X(dnnl_sycl_interop_primitive_execute)                                                                   \
    X(dnnl_threadpool_interop_get_max_concurrency)                                                           \
    X(dnnl_threadpool_interop_stream_get_threadpool)                                                         \
    X(_ZN4dnnl4impl14is_pd_in_cacheEPK19dnnl_primitive_desc)                                                 \
    X(_ZN4dnnl4impl21is_primitive_in_cacheEPK14dnnl_primitive)                                               \
    X(_Z24dnnl_test_is_pd_in_cachePK19dnnl_primitive_desc)                                                   \
    X(_Z31dnnl_test_is_primitive_in_cachePK14dnnl_primitive)

#define WINODNN_NUMBER(name) is_##name,
// NOLINTNEXTLINE(clang-diagnostic-reserved-identifier): mangled names
enum class newer_function : std::size_t { WINODNN_NEWER_FUNCTIONS(WINODNN_NUMBER) count };
#undef WINODNN_NUMBER
constexpr auto newer_function_count = static_cast<std::size_t>(newer_function::count);

// In the oneDNN that the calling thread is in; nullptr if it does not have it.
void *find_newer(newer_function function);

#define WINODNN_FIND_NEWER(name) ::winodnn::find_newer(::winodnn::newer_function::is_##name)

} // namespace winodnn
