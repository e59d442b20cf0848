// The exported functions on primitive descs.
#include "provider/exported/exported.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/status.hpp"

using namespace winodnn;

namespace winodnn {

const char primitive_desc_tag = 0, primitive_tag = 0;

} // namespace winodnn

WINODNN_EXPORT dnnl_status_t dnnl_primitive_desc_query(
        const_dnnl_primitive_desc_t desc, dnnl_query_t what, int index, void *result) {
    const primitive_desc_handle *handle = ours(desc);
    if (handle != nullptr && handle->description)
        return guarded([&] { return handle->description->query(what, index, result); });
    return forward(real().dnnl_primitive_desc_query, real_desc_of(desc), what, index, result);
}

WINODNN_EXPORT const_dnnl_memory_desc_t dnnl_primitive_desc_query_md(
        const_dnnl_primitive_desc_t desc, dnnl_query_t what, int index) {
    const primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr || !handle->description)
        return real().dnnl_primitive_desc_query_md(real_desc_of(desc), what, index);
    const bool asks_for_desc =
            (what & dnnl_query_some_md) == dnnl_query_some_md && what != dnnl_query_some_md;
    return guarded_or(const_dnnl_memory_desc_t {nullptr}, [&] {
        const_dnnl_memory_desc_t result = nullptr;
        const bool answered =
                asks_for_desc && handle->description->query(what, index, &result) == dnnl_success;
        return answered ? result : nullptr;
    });
}

WINODNN_EXPORT int dnnl_primitive_desc_query_s32(
        const_dnnl_primitive_desc_t desc, dnnl_query_t what, int index) {
    return real().dnnl_primitive_desc_query_s32(real_desc_of(desc), what, index);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_desc_clone(
        dnnl_primitive_desc_t *result, const_dnnl_primitive_desc_t existing) {
    const primitive_desc_handle *handle = ours(existing);
    if (handle == nullptr || !handle->description)
        return forward(real().dnnl_primitive_desc_clone, result, real_desc_of(existing));
    if (result == nullptr) return dnnl_invalid_arguments;
    return guarded([&] {
        auto copy = std::make_unique<primitive_desc_handle>();
        copy->description = handle->description;
        copy->is_clone = true;
        *result = to_c(copy.release());
        return dnnl_success;
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_desc_destroy(dnnl_primitive_desc_t desc) {
    primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr) return forward(real().dnnl_primitive_desc_destroy, desc);
    delete handle;
    return dnnl_success;
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_desc_get_attr(
        const_dnnl_primitive_desc_t desc, const_dnnl_primitive_attr_t *attr) {
    const primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr || !handle->description)
        return forward(real().dnnl_primitive_desc_get_attr, real_desc_of(desc), attr);
    if (attr == nullptr) return dnnl_invalid_arguments;
    *attr = handle->description->attr();
    return dnnl_success;
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_desc_next_impl(dnnl_primitive_desc_t desc) {
    primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr) return forward(real().dnnl_primitive_desc_next_impl, desc);
    if (!handle->description) return real().dnnl_primitive_desc_next_impl(handle->next.get());
    if (handle->is_clone) return dnnl_last_impl_reached;
    return guarded([&] {
        handle->next = handle->description->make_next();
        if (!handle->next) return dnnl_last_impl_reached;
        handle->description.reset();
        return dnnl_success;
    });
}
