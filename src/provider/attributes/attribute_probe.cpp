#include "provider/attributes/attribute_probe.hpp"

#include "provider/objects/status.hpp"
#include "provider/onednn/owned.hpp"

namespace winodnn {
namespace {

bool has_post_ops(const_dnnl_primitive_attr_t attr) {
    const_dnnl_post_ops_t list = nullptr;
    require(real().dnnl_primitive_attr_get_post_ops(attr, &list));
    return real().dnnl_post_ops_len(list) > 0;
}

// Shuffle is the primitive that wants all attributes at their defaults, in every oneDNN v3. (Scratchpad and
// accumulation modes it takes as they are.)
dnnl_status_t create_shuffle(dnnl_engine_t engine, const_dnnl_primitive_attr_t attr) {
    const dnnl_dims_t dims {1, 2, 1, 1};
    dnnl_memory_desc_t desc = nullptr;
    require(real().dnnl_memory_desc_create_with_tag(&desc, 4, dims, dnnl_f32, dnnl_abcd));
    const owned_memory_desc owned(desc);
    dnnl_primitive_desc_t created = nullptr;
    const dnnl_status_t status = forward(real().dnnl_shuffle_forward_primitive_desc_create, &created, engine,
            dnnl_forward_inference, desc, desc, 1, 2, attr);
    const owned_primitive_desc owned_created(created);
    return status;
}

} // namespace

bool may_be_default(dnnl_engine_t engine, const_dnnl_primitive_attr_t attr) {
    // Post-ops are no default either, and v3.2 cannot take them out of a copy.
    if (attr == nullptr || has_post_ops(attr)) return true;
    if (create_shuffle(engine, attr) != dnnl_unimplemented) return true;
    // A oneDNN that was built without shuffle says nothing.
    return create_shuffle(engine, nullptr) != dnnl_success;
}

} // namespace winodnn
