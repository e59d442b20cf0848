// The function by which primitives are executed on SYCL queues, with events. Its SYCL types are only passed
// on.
#include "provider/exported/exported.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/status.hpp"
#include "provider/onednn/find_real.hpp"

using namespace winodnn;

namespace {

using sycl_execute = dnnl_status_t (*)(
        const_dnnl_primitive_t, dnnl_stream_t, int, const dnnl_exec_arg_t *, const void *, void *);

// Waits for the events, and makes the one that is to be returned, by executing something small of oneDNN's.
dnnl_status_t execute_small(
        sycl_execute execute, dnnl_stream_t stream, const void *deps, void *return_event) {
    dnnl_engine_t engine = nullptr;
    require(real().dnnl_stream_get_engine(stream, &engine));
    const dnnl_dim_t one = 1;
    dnnl_memory_desc_t desc = nullptr;
    require(real().dnnl_memory_desc_create_with_tag(&desc, 1, &one, dnnl_f32, dnnl_a));
    const owned_memory_desc owned_desc(desc);
    const auto make_memory = [&] {
        dnnl_memory_t memory = nullptr;
        require(real().dnnl_memory_create(&memory, desc, engine, DNNL_MEMORY_ALLOCATE));
        return owned_memory(memory);
    };
    dnnl_primitive_desc_t pd = nullptr;
    require(real().dnnl_reorder_primitive_desc_create(&pd, desc, engine, desc, engine, nullptr));
    const owned_primitive_desc owned_pd(pd);
    dnnl_primitive_t primitive = nullptr;
    require(real().dnnl_primitive_create(&primitive, pd));
    const owned_primitive owned(primitive);
    const owned_memory from = make_memory(), to = make_memory();
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}};
    require(execute(primitive, stream, 2, args, deps, return_event));
    return real().dnnl_stream_wait(stream);
}

} // namespace

extern "C" dnnl_status_t dnnl_sycl_interop_primitive_execute(const_dnnl_primitive_t primitive,
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const void *deps, void *return_event);

WINODNN_EXPORT dnnl_status_t dnnl_sycl_interop_primitive_execute(const_dnnl_primitive_t primitive,
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const void *deps, void *return_event) {
    const auto execute =
            reinterpret_cast<sycl_execute>(WINODNN_FIND_NEWER(dnnl_sycl_interop_primitive_execute));
    const primitive_handle *handle = ours(primitive);
    if (handle == nullptr || execute == nullptr)
        return forward(execute, primitive, stream, nargs, args, deps, return_event);
    return guarded([&] {
        // What depends on the event is enqueued when this has returned, and by then all is done.
        const dnnl_status_t status = execute_small(execute, stream, deps, return_event);
        return status == dnnl_success ? handle->executable->execute(stream, nargs, args) : status;
    });
}
