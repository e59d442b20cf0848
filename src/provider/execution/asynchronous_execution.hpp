// Executions on streams whose threadpool runs work when it likes.
#pragma once

#include "provider/objects/handle.hpp"

namespace winodnn {

// What is executed, and what has to live as long. References to what the program holds: it is copied only
// where the execution can end later than the call.
struct executed_object {
    const std::shared_ptr<const winodnn::executable> &executable;
    const std::shared_ptr<const winodnn::description>
            &description;    // nullptr if `executable` refers to nothing
    const std::string &info; // of either
};

// Of any primitive or chain of ours: at once, or given to the stream's pool.
//
// Since v3.11 oneDNN gives its work to an asynchronous pool and returns. All order is the pool's, which runs
// what it is given one after the other, as if each parallel_for had waited for the one before. So our work
// has to go the same way: what it reads is not there yet, and nothing may wait for it here, since the calling
// thread can be one that the pool needs.
// Before v3.11, oneDNN waits for each parallel_for, and so is waited here.
dnnl_status_t execute(
        const executed_object &executed, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args);

} // namespace winodnn
