// The threads of the oneDNN that the program uses: winodnn brings none of its own, and no second runtime into
// the process.
#pragma once

#include "problem/refusal.hpp"
#include "provider/onednn/real.hpp"
#include "provider/threads/threadpool_team.hpp"

#include <memory>

namespace winodnn {

class thread_runtime {
public:
    virtual ~thread_runtime() = default;
    // The threads that an execution would have if it were started now.
    virtual int threads() const = 0;
    // Those of an execution on this stream. A team that is the stream's own is put into `own`, so that
    // executing allocates nothing.
    virtual const thread_team &team_on(dnnl_stream_t stream, threadpool_team &own) const = 0;
    // The pool of a stream whose work runs when the pool likes, in the order in which it was given; else
    // nullptr.
    virtual dnnl::threadpool_interop::threadpool_iface *asynchronous_pool(dnnl_stream_t) const {
        return nullptr;
    }
    virtual const char *name() const = 0;
};

struct found_runtime {
    std::unique_ptr<const thread_runtime> threads; // not nullptr
    // Streams are SYCL queues: what is on them runs when it likes, and memories may have to be mapped.
    bool queues = false;
};

// By what the oneDNN that the calling thread is in says of itself; found once.
const expected<found_runtime> &host_runtime();

} // namespace winodnn
