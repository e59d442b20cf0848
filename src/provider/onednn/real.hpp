// The real oneDNN functions, those behind the ones that we export among them.
//
// None is linked to: a libdnnl in our DT_NEEDED would be a second one in processes that load their own. Those
// of the shared one are looked for at each call until they are found: a program can ask us something first,
// and load a library that brings oneDNN along later.
#pragma once

#include "problem/refusal.hpp"
#include "provider/exported/exported.hpp" // it renames, which has to come before any of the functions is named
#include "provider/onednn/current_onednn.hpp"
#include "provider/onednn/find_real.hpp"
#include "provider/onednn/newer_functions.hpp"

#include "oneapi/dnnl/dnnl.h"
#include "oneapi/dnnl/dnnl_debug.h"

#include <array>
#include <atomic>

namespace winodnn {

#define WINODNN_REAL_FUNCTIONS(X)                                                                            \
    X(dnnl_version)                                                                                          \
    X(dnnl_alg_kind2str)                                                                                     \
    X(dnnl_get_effective_cpu_isa)                                                                            \
    X(dnnl_engine_get_kind)                                                                                  \
    X(dnnl_stream_get_engine)                                                                                \
    X(dnnl_stream_create)                                                                                    \
    X(dnnl_stream_destroy)                                                                                   \
    X(dnnl_stream_wait)                                                                                      \
    X(dnnl_memory_create)                                                                                    \
    X(dnnl_memory_destroy)                                                                                   \
    X(dnnl_memory_get_data_handle)                                                                           \
    X(dnnl_memory_map_data)                                                                                  \
    X(dnnl_memory_unmap_data)                                                                                \
    X(dnnl_memory_get_engine)                                                                                \
    X(dnnl_memory_get_memory_desc)                                                                           \
    X(dnnl_memory_desc_create_with_strides)                                                                  \
    X(dnnl_memory_desc_create_with_tag)                                                                      \
    X(dnnl_memory_desc_clone)                                                                                \
    X(dnnl_memory_desc_destroy)                                                                              \
    X(dnnl_memory_desc_query)                                                                                \
    X(dnnl_memory_desc_equal)                                                                                \
    X(dnnl_memory_desc_get_size)                                                                             \
    X(dnnl_memory_desc_permute_axes)                                                                         \
    X(dnnl_memory_desc_reshape)                                                                              \
    X(dnnl_memory_desc_create_submemory)                                                                     \
    X(dnnl_data_type_size)                                                                                   \
    X(dnnl_primitive_attr_create)                                                                            \
    X(dnnl_primitive_attr_clone)                                                                             \
    X(dnnl_primitive_attr_destroy)                                                                           \
    X(dnnl_primitive_attr_set_scales_mask)                                                                   \
    X(dnnl_primitive_attr_set_zero_points_mask)                                                              \
    X(dnnl_primitive_attr_get_scratchpad_mode)                                                               \
    X(dnnl_primitive_attr_set_scratchpad_mode)                                                               \
    X(dnnl_primitive_attr_get_post_ops)                                                                      \
    X(dnnl_post_ops_len)                                                                                     \
    X(dnnl_post_ops_get_kind)                                                                                \
    X(dnnl_post_ops_get_params_sum)                                                                          \
    X(dnnl_post_ops_get_params_eltwise)                                                                      \
    X(dnnl_post_ops_get_params_binary)                                                                       \
    X(dnnl_post_ops_get_params_prelu)                                                                        \
    X(dnnl_primitive_desc_query)                                                                             \
    X(dnnl_primitive_desc_query_md)                                                                          \
    X(dnnl_primitive_desc_query_s32)                                                                         \
    X(dnnl_primitive_desc_clone)                                                                             \
    X(dnnl_primitive_desc_destroy)                                                                           \
    X(dnnl_primitive_desc_get_attr)                                                                          \
    X(dnnl_primitive_desc_next_impl)                                                                         \
    X(dnnl_primitive_create)                                                                                 \
    X(dnnl_primitive_create_from_cache_blob)                                                                 \
    X(dnnl_primitive_execute)                                                                                \
    X(dnnl_primitive_get_primitive_desc)                                                                     \
    X(dnnl_primitive_get_cache_blob)                                                                         \
    X(dnnl_primitive_destroy)                                                                                \
    X(dnnl_reorder_primitive_desc_create)                                                                    \
    X(dnnl_convolution_forward_primitive_desc_create)                                                        \
    X(dnnl_convolution_backward_data_primitive_desc_create)                                                  \
    X(dnnl_convolution_backward_weights_primitive_desc_create)                                               \
    X(dnnl_deconvolution_forward_primitive_desc_create)                                                      \
    X(dnnl_inner_product_forward_primitive_desc_create)                                                      \
    X(dnnl_matmul_primitive_desc_create)                                                                     \
    X(dnnl_binary_primitive_desc_create)                                                                     \
    X(dnnl_eltwise_forward_primitive_desc_create)                                                            \
    X(dnnl_pooling_forward_primitive_desc_create)                                                            \
    X(dnnl_reduction_primitive_desc_create)                                                                  \
    X(dnnl_resampling_forward_primitive_desc_create)                                                         \
    X(dnnl_shuffle_forward_primitive_desc_create)                                                            \
    X(dnnl_softmax_forward_primitive_desc_create)                                                            \
    X(dnnl_batch_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_layer_normalization_forward_primitive_desc_create)                                                \
    X(dnnl_prelu_forward_primitive_desc_create)                                                              \
    X(dnnl_lrn_forward_primitive_desc_create)                                                                \
    X(dnnl_batch_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_deconvolution_backward_data_primitive_desc_create)                                                \
    X(dnnl_deconvolution_backward_weights_primitive_desc_create)                                             \
    X(dnnl_eltwise_backward_primitive_desc_create)                                                           \
    X(dnnl_inner_product_backward_data_primitive_desc_create)                                                \
    X(dnnl_inner_product_backward_weights_primitive_desc_create)                                             \
    X(dnnl_layer_normalization_backward_primitive_desc_create)                                               \
    X(dnnl_lrn_backward_primitive_desc_create)                                                               \
    X(dnnl_pooling_backward_primitive_desc_create)                                                           \
    X(dnnl_prelu_backward_primitive_desc_create)                                                             \
    X(dnnl_resampling_backward_primitive_desc_create)                                                        \
    X(dnnl_shuffle_backward_primitive_desc_create)                                                           \
    X(dnnl_softmax_backward_primitive_desc_create)                                                           \
    X(dnnl_post_ops_append_binary)                                                                           \
    X(dnnl_concat_primitive_desc_create)                                                                     \
    X(dnnl_sum_primitive_desc_create)

struct real_functions {
#define WINODNN_DECLARE(name) decltype(&::name) name = nullptr;
    WINODNN_REAL_FUNCTIONS(WINODNN_DECLARE)
#undef WINODNN_DECLARE
};

struct found_runtime;

// Never destroyed: programs use what was made of it until they end.
struct onednn {
    explicit onednn(void *in_library) : library(in_library) {}

    // By what `find` makes of names: a function, or nullptr.
    template <typename Find>
    void find_by(const Find &find) {
#define WINODNN_FIND(name) functions.name = reinterpret_cast<decltype(&::name)>(find(#name));
        WINODNN_REAL_FUNCTIONS(WINODNN_FIND)
#undef WINODNN_FIND
#define WINODNN_FIND(name) newer[static_cast<std::size_t>(newer_function::is_##name)] = find(#name);
        WINODNN_NEWER_FUNCTIONS(WINODNN_FIND)
#undef WINODNN_FIND
    }

    real_functions functions;
    std::array<void *, newer_function_count> newer {}; // nullptr for those that it does not have
    // Where its thread runtime may be visible if it is not in the process's own scope: a handle of dlopen's.
    void *library;
    // Of host_runtime(), once it is known.
    mutable std::atomic<const expected<found_runtime> *> runtime {nullptr};
};

// The one that calls through the dynamic linker belong to; nullptr as long as the process has no oneDNN v3.
const onednn *find_shared_onednn();

// The oneDNN that the calling thread is in; one load for all who come after it was found.
inline const onednn *entered_onednn() {
    if (current_onednn != nullptr) return current_onednn;
    static constinit std::atomic<const onednn *> found {nullptr};
    const onednn *shared = found.load(std::memory_order_acquire);
    if (shared == nullptr) {
        shared = find_shared_onednn();
        if (shared != nullptr) found.store(shared, std::memory_order_release);
    }
    return shared;
}

// Its functions. All nullptr as long as the process has no oneDNN v3. Those that we export are not called
// without one (see callers.hpp).
inline const real_functions &real() {
    static constexpr real_functions none {};
    const onednn *entered = entered_onednn();
    return entered == nullptr ? none : entered->functions;
}

} // namespace winodnn
