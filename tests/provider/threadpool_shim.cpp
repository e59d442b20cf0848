// Stands between winodnn and oneDNN, and makes of one with other threads one with threadpools, as far as
// streams and executions go: no package of oneDNN has that runtime. As in oneDNN, a primitive is executed by
// its stream's pool, which from v3.11 on is not waited for if it is asynchronous. WINODNN_TEST_MINOR is the
// version's minor.
#include "threadpool_shim.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <latch>
#include <map>
#include <mutex>
#include <vector>

using dnnl::threadpool_interop::threadpool_iface;
using winodnn::testing::ordered_pool;

namespace {

template <typename Function>
Function *real(Function *, const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}
#define REAL(name) real(&name, #name)

// The linker binds this library's calls of its own functions to winodnn's, or to itself: so none is made.
struct {
    std::mutex mutex;
    std::map<dnnl_stream_t, ordered_pool *> by_stream;
} pools;

ordered_pool *pool_of(dnnl_stream_t stream) {
    const std::lock_guard lock(pools.mutex);
    const auto found = pools.by_stream.find(stream);
    return found == pools.by_stream.end() ? nullptr : found->second;
}

dnnl_version_t make_version() {
    dnnl_version_t version = *REAL(dnnl_version)();
    version.cpu_runtime = DNNL_RUNTIME_THREADPOOL;
    version.minor = std::atoi(std::getenv("WINODNN_TEST_MINOR"));
    return version;
}

} // namespace

extern "C" {

const dnnl_version_t *dnnl_version(void) {
    static const dnnl_version_t version = make_version();
    return &version;
}

dnnl_status_t dnnl_threadpool_interop_stream_create(
        dnnl_stream_t *stream, dnnl_engine_t engine, ordered_pool *pool) {
    const dnnl_status_t status = REAL(dnnl_stream_create)(stream, engine, dnnl_stream_default_flags);
    const std::lock_guard lock(pools.mutex);
    if (status == dnnl_success) pools.by_stream[*stream] = pool;
    return status;
}

dnnl_status_t dnnl_threadpool_interop_stream_get_threadpool(dnnl_stream_t stream, void **pool) {
    *pool = static_cast<threadpool_iface *>(pool_of(stream));
    return dnnl_success;
}

dnnl_status_t dnnl_threadpool_interop_get_max_concurrency(int *count) {
    *count = 4;
    return dnnl_success;
}

dnnl_status_t dnnl_stream_destroy(dnnl_stream_t stream) {
    {
        const std::lock_guard lock(pools.mutex);
        pools.by_stream.erase(stream);
    }
    return REAL(dnnl_stream_destroy)(stream);
}

dnnl_status_t dnnl_stream_wait(dnnl_stream_t stream) {
    ordered_pool *pool = pool_of(stream);
    if (dnnl_version()->minor >= 11 && pool != nullptr) pool->wait();
    return REAL(dnnl_stream_wait)(stream);
}

dnnl_status_t dnnl_primitive_execute(
        const_dnnl_primitive_t primitive, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) {
    const auto execute = REAL(dnnl_primitive_execute);
    threadpool_iface *pool = pool_of(stream);
    if (pool == nullptr || pool->get_in_parallel()) return execute(primitive, stream, nargs, args);
    const bool waits = pool->get_flags() == 0 || dnnl_version()->minor < 11;
    const auto ended = std::make_shared<std::latch>(1);
    pool->parallel_for(1, [=, list = std::vector(args, args + nargs)](int, int) {
        execute(primitive, stream, nargs, list.data());
        ended->count_down();
    });
    if (waits) ended->wait();
    return dnnl_success;
}
}
