// Exported functions that make memory descs from others. From packed weights nothing can be made: oneDNN
// would cut and turn the strides that say what the block is.
#include "provider/exported/exported.hpp"
#include "provider/exported/unless_packed.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_memory_desc_permute_axes(dnnl_memory_desc_t *out_memory_desc,
        const_dnnl_memory_desc_t in_memory_desc, const int *permutation) {
    return unless_packed("dnnl_memory_desc_permute_axes", real().dnnl_memory_desc_permute_axes,
            out_memory_desc, in_memory_desc, permutation);
}

WINODNN_EXPORT dnnl_status_t dnnl_memory_desc_reshape(dnnl_memory_desc_t *out_memory_desc,
        const_dnnl_memory_desc_t in_memory_desc, int ndims, const dnnl_dims_t dims) {
    return unless_packed("dnnl_memory_desc_reshape", real().dnnl_memory_desc_reshape, out_memory_desc,
            in_memory_desc, ndims, dims);
}

WINODNN_EXPORT dnnl_status_t dnnl_memory_desc_create_submemory(dnnl_memory_desc_t *memory_desc,
        const_dnnl_memory_desc_t parent_memory_desc, const dnnl_dims_t dims, const dnnl_dims_t offsets) {
    return unless_packed("dnnl_memory_desc_create_submemory", real().dnnl_memory_desc_create_submemory,
            memory_desc, parent_memory_desc, dims, offsets);
}
