// Neighbours in a chain that are executed by bands.
#pragma once

#include "provider/chains/chain_members.hpp"
#include "provider/execution/convolution_executable.hpp"
#include "provider/execution/eltwise_stages.hpp"
#include "run/chained_convolutions.hpp"

#include <optional>

namespace winodnn {

// Members begin .. end - 1.
struct member_range {
    int begin, end;
    int size() const { return end - begin; }
    bool has(int member) const { return member >= begin && member < end; }
};

// Whether somebody outside reads a member's destination: then it is there as a whole.
bool is_whole(const chain_members &chain, const member_range &range, int member);

class banded_members {
public:
    // All of them winodnn's. Refused where their post-ops cannot be staged so.
    static expected<banded_members> make(const chain_members &chain, const member_range &range);

    std::size_t scratchpad_bytes() const { return computation_.scratchpad_bytes(); }
    std::size_t rows_bytes() const { return computation_.rows_bytes(); }

    // What one execution is given, member by member: each member's list with a memory for every tensor, of
    // which those between members need no buffer of their own.
    struct member_arguments {
        const convolution_executable *executable;
        const std::vector<dnnl_exec_arg_t> *list;
        const void *begin_as; // of a sum with a tensor that is there as a whole
    };
    // Throws invalid_argument, left_to_onednn before anything is written, and failure.
    void run(dnnl_stream_t stream, const thread_team &team, std::span<const member_arguments> given,
            std::byte *scratchpad) const;

private:
    banded_members(chained_convolutions computation, std::vector<eltwise_stages> stages)
        : computation_(std::move(computation)), stages_(std::move(stages)) {}

    chained_convolutions computation_;
    std::vector<eltwise_stages> stages_;
};

} // namespace winodnn
