// Errors on their way to C.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <new>

namespace winodnn {

// For use inside guarded(): an error of oneDNN's that ends what we are doing.
struct failure {
    dnnl_status_t status;
};

inline void require(dnnl_status_t status) {
    if (status != dnnl_success) throw failure {status};
}

// What `body` returns; no exception may cross the C boundary.
template <typename Body>
dnnl_status_t guarded(Body &&body) noexcept {
    try {
        return body();
    } catch (const failure &f) {
        return f.status;
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (...) {
        return dnnl_runtime_error;
    }
}

} // namespace winodnn
