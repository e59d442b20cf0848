// Executions of a convolution that is taken over by oneDNN itself: the way out that is always right. For what
// our kernels must not compute, which shows when the program's weights are packed already.
#pragma once

#include "provider/onednn/owned.hpp"
#include "threads/thread_team.hpp"
#include "weights/block_header.hpp"

#include <memory>
#include <mutex>

namespace winodnn {

class convolution_description;

// Slow: each execution unpacks the weights and reorders them, and takes memory for that. Any thread can
// execute.
class onednn_execution {
public:
    explicit onednn_execution(const convolution_description &says);
    ~onednn_execution();
    onednn_execution(const onednn_execution &) = delete;
    onednn_execution &operator=(const onednn_execution &) = delete;

    // With the program's arguments but for weights and scratchpad, on its stream; ended when this returns.
    // Throws invalid_argument if the weights are corrupt, and failure with oneDNN's own status.
    void run(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const;

private:
    struct primitives;
    const primitives &needed() const;
    // Throws invalid_argument.
    owned_memory unpacked(int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const;

    const convolution_description &says_;
    const weights_layout layout_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<const primitives> made_; // when one is needed for the first time
};

} // namespace winodnn
