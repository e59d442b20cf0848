// A convolution ready to run: kernels, stage order, blocking, threads, scratchpad.
#pragma once

#include "plan/block_map.hpp"
#include "threads/thread_team.hpp"
#include "weights/block_header.hpp"
#include "winograd/quantizer.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

namespace winodnn {

// The host's part in post-ops that are staged: called from several threads at once.
class stage_function {
public:
    virtual ~stage_function() = default;
    // Applies this post-op of the problem in place to so many values, one of stage_sizes_for(). False if it
    // failed.
    virtual bool apply(std::size_t post_op, float *values, dim count) const = 0;
};

// Raw pointers, any alignment. What the problem does not have is not read.
struct run_args {
    const void *src = nullptr;
    packed_block weights {}; // of the plan's layout and numbers
    void *dst = nullptr;
    // Of one value, or of one for each output (input, for source zero points) channel of all groups.
    typed_values bias {}, src_scale {}, weights_scale {}, dst_scale {}, src_zero_points {},
            dst_zero_points {};
    const void *const *operands =
            nullptr; // one for each post-op, in its type and broadcast; others are not read
    const stage_function *stages = nullptr;
    void *scratchpad = nullptr; // scratchpad_bytes(), any alignment
};

enum class run_result : std::uint8_t {
    computed,
    // Nothing was: no proof covers source zero points this far outside the source data type.
    beyond_proof,
    // Nothing was: a value of the source is outside of the range that was promised.
    broken_promise,
    stage_failed
};

class convolution {
public:
    // Generates (or takes from the cache) all kernels that an execution can need.
    // Throws std::bad_alloc or std::runtime_error when code memory cannot be had.
    // Quantizers, if the plan is quantized: of the classes of tiles that there are.
    convolution(const problem &p, const plan &chosen, const class_quantizers &quantizers = {});
    convolution(convolution &&) noexcept;
    ~convolution();

    std::size_t scratchpad_bytes() const;

    // Reentrant: all state of an execution is in the scratchpad. Allocates nothing.
    run_result execute(const run_args &args, const thread_team &team) const;

    // For chains, which execute their members by turns. All memory is on a cache line.
    std::size_t shared_bytes() const; // what an execution prepares
    std::size_t thread_bytes() const; // what each thread needs
    // What an execution begins with: prepares what is shared. False if it is beyond proof.
    bool prepare(const run_args &args, std::byte *shared) const;
    // Some blocks of an image, of the plan's bands; all channels. False if a stage function failed.
    bool run_blocks(const run_args &args, const std::byte *shared, std::byte *own, dim image,
            const item_range &blocks) const;

private:
    struct driver;
    std::unique_ptr<const driver> driver_;
};

// The numbers of values that stage functions are called with.
std::set<dim> stage_sizes_for(const problem &p, const plan &chosen);
// The scratchpad of a convolution that has not been made yet.
std::size_t scratchpad_bytes_for(const problem &p, const plan &chosen);
// Each thread's part of it: V, M and what is staged of one block of tiles.
std::size_t workspace_bytes_for(const problem &p, const plan &chosen);

} // namespace winodnn
