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

// Unpacking weights and reordering them for oneDNN takes its time, so those of the block that was executed
// last are kept: a layer that is always left to oneDNN runs about as fast as it would without winodnn. Any
// thread can execute.
class onednn_execution {
public:
    explicit onednn_execution(const convolution_description &description);
    ~onednn_execution();
    onednn_execution(const onednn_execution &) = delete;
    onednn_execution &operator=(const onednn_execution &) = delete;

    // With the program's arguments but for weights and scratchpad, on its stream; ended when this returns.
    // Throws invalid_argument if the weights are corrupt, and failure with oneDNN's own status.
    void run(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const;

private:
    struct primitives;
    struct direct_weights;
    const primitives &needed() const;
    std::shared_ptr<const direct_weights> weights_for(
            dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const;
    std::shared_ptr<const direct_weights> kept_of(const packed_block &block) const;
    owned_memory unpacked(const packed_block &block, const thread_team &team) const;

    const convolution_description &description_;
    const weights_layout layout_;
    const block_reader blocks_;
    mutable std::mutex mutex_; // guards what follows, which is made when it is needed for the first time
    mutable std::unique_ptr<const primitives> made_;
    mutable std::shared_ptr<const direct_weights> kept_;
};

} // namespace winodnn
