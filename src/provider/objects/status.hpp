// Errors on their way to C. No exception may cross its boundary: whatever an exported function does of its
// own that can throw, it does inside guarded() or guarded_or(). oneDNN's function is called outside, so that
// what comes through it (from a threadpool of the program's, for one) reaches the program as without us.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <cxxabi.h>
#include <new>

namespace winodnn {

// For use inside guarded(): an error of oneDNN's that ends what we are doing.
struct failure {
    dnnl_status_t status;
};

inline void require(dnnl_status_t status) {
    if (status != dnnl_success) throw failure {status};
}

// What `body` returns.
template <typename Body>
dnnl_status_t guarded(Body &&body) {
    try {
        return body();
    } catch (const failure &f) {
        return f.status;
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (const abi::__forced_unwind &) {
        throw; // no error, but a thread that is cancelled, which the C library insists on
    } catch (...) {
        return dnnl_runtime_error;
    }
}

// For functions that return no status: what `body` returns, or `otherwise` if it cannot.
template <typename Result, typename Body>
Result guarded_or(Result otherwise, Body &&body) {
    guarded([&] {
        otherwise = body();
        return dnnl_success;
    });
    return otherwise;
}

// For what is worth no error, such as a line of verbose output: done, or left undone where there is no
// memory.
template <typename Body>
void if_there_is_memory(Body &&body) {
    try {
        body();
    } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch): as the name says
    }
}

} // namespace winodnn
