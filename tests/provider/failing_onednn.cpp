// Stands between winodnn and oneDNN, and lets executions fail while it is told to.
#include "failing_onednn.hpp"

#include <atomic>
#include <dlfcn.h>

namespace {

std::atomic<bool> failing {false};

} // namespace

namespace winodnn::testing {

void let_executions_fail(bool fail) {
    failing = fail;
}

} // namespace winodnn::testing

extern "C" dnnl_status_t dnnl_primitive_execute(
        const_dnnl_primitive_t primitive, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) {
    if (failing) return dnnl_runtime_error;
    static const auto real =
            reinterpret_cast<decltype(&dnnl_primitive_execute)>(dlsym(RTLD_NEXT, "dnnl_primitive_execute"));
    return real(primitive, stream, nargs, args);
}
