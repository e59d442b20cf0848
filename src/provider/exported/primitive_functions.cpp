// The exported functions on primitives.
#include "provider/execution/asynchronous_execution.hpp"
#include "provider/exported/exported.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_primitive_create(
        dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t desc) {
    const primitive_desc_handle *handle = ours(desc);
    if (handle == nullptr || !handle->description)
        return forward(real().dnnl_primitive_create, primitive, real_desc_of(desc));
    if (primitive == nullptr) return dnnl_invalid_arguments;
    return guarded([&] {
        const stopwatch watch;
        auto created = std::make_unique<primitive_handle>();
        created->desc.description = handle->description;
        created->desc.is_clone = true;
        created->executable = handle->description->make_executable();
        if (verbose_events()) print_event("create", handle->description->info(), watch.milliseconds());
        *primitive = to_c(created.release());
        return dnnl_success;
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_create_from_cache_blob(dnnl_primitive_t *primitive,
        const_dnnl_primitive_desc_t desc, size_t size, const uint8_t *cache_blob) {
    // Of ours too: it is oneDNN on the CPU that says what becomes of cache blobs there.
    return forward(
            real().dnnl_primitive_create_from_cache_blob, primitive, real_desc_of(desc), size, cache_blob);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_execute(
        const_dnnl_primitive_t primitive, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) {
    const primitive_handle *handle = ours(primitive);
    if (handle == nullptr) return forward(real().dnnl_primitive_execute, primitive, stream, nargs, args);
    return guarded([&] {
        const primitive_desc_handle &desc = handle->desc;
        return execute({handle->executable, desc.description, desc.description->info()}, stream, nargs, args);
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_get_primitive_desc(
        const_dnnl_primitive_t primitive, const_dnnl_primitive_desc_t *desc) {
    primitive_handle *handle = ours(primitive);
    if (handle == nullptr) return forward(real().dnnl_primitive_get_primitive_desc, primitive, desc);
    if (desc == nullptr) return dnnl_invalid_arguments;
    *desc = to_c(&handle->desc);
    return dnnl_success;
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_get_cache_blob(
        const_dnnl_primitive_t primitive, size_t *size, uint8_t *cache_blob) {
    if (ours(primitive) == nullptr)
        return forward(real().dnnl_primitive_get_cache_blob, primitive, size, cache_blob);
    return size == nullptr ? dnnl_invalid_arguments : dnnl_unimplemented; // as oneDNN on the CPU
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_destroy(dnnl_primitive_t primitive) {
    primitive_handle *handle = ours(primitive);
    if (handle == nullptr) return forward(real().dnnl_primitive_destroy, primitive);
    delete handle;
    return dnnl_success;
}
