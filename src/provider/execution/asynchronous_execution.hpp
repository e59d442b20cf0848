// Executions on streams whose threadpool runs work when it likes.
#pragma once

#include "provider/objects/handle.hpp"

namespace winodnn {

// Of any primitive of ours: at once, or given to the stream's pool.
//
// Since v3.11 oneDNN gives its work to an asynchronous pool and returns. All order is the pool's, which runs
// what it is given one after the other, as if each parallel_for had waited for the one before. So our work
// has to go the same way: what it reads is not there yet, and nothing may wait for it here, since the calling
// thread can be one that the pool needs.
// Before v3.11, oneDNN waits for each parallel_for, and so is waited here.
dnnl_status_t execute(
        const primitive_handle &primitive, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args);

} // namespace winodnn
