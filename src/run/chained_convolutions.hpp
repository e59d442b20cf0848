// Convolutions that each read what the one before wrote, computed band by band of rows: of the tensors
// between them only the rows exist that are still to be read.
#pragma once

#include "run/chain_schedule.hpp"
#include "run/convolution.hpp"

#include <span>

namespace winodnn {

// Of a member: which of its post-ops read earlier members' destinations.
struct chained_operand {
    std::size_t post_op;
    int source; // a member before
};

// One of the ways in which a member can be executed: its weights say which. They differ in numbers alone.
struct chained_variant {
    plan chosen; // with bands, for one thread
    class_quantizers quantizers {};
};

struct chained_member {
    problem described; // as if it were alone
    std::vector<chained_variant> variants;
    std::vector<chained_operand> operands {}; // binary post-ops; others read what the arguments say
    // Before it is computed, its destination begins as that of a member before: for sums.
    std::optional<int> begins_as {};
    // Or as a tensor that is an argument, with these strides.
    std::optional<nhwc_strides> begins_as_tensor {};
    bool whole = false; // the destination is an argument, of the described strides; as is the last one's
};

struct chained_args {
    run_args of_member; // src of the first, dst of whole ones; without scratchpad
    const void *begin_as = nullptr;
    std::size_t variant = 0;
};

class chained_convolutions {
public:
    // Threads share images, or strips of an image, whose rows in between they compute on their own, where
    // they overlap twice.
    chained_convolutions(std::vector<chained_member> members, int threads);

    std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }
    std::size_t rows_bytes() const { return strip_count() * rings_bytes_; } // of that, rows between members
    // beyond_proof: nothing was computed. Allocates nothing.
    run_result execute(std::span<const chained_args> args, void *scratchpad, const thread_team &team) const;

private:
    struct part {
        chained_member made_of;
        std::vector<convolution> computations; // by variant
        row_ring ring {};                      // of the destination, if it is not whole
        std::size_t ring_offset = 0, shared_offset = 0;
        dim row_bytes = 0; // of the ring
    };
    struct strip;

    std::size_t strip_count() const { return static_cast<std::size_t>(strips_); }
    void choose_strides(std::vector<chained_member> &members) const;
    void place(int threads);
    template <typename Visit>
    void for_each_image(int strip, const Visit &visit) const;
    bool run_strip(std::span<const chained_args> args, std::byte *scratchpad, int strip) const;
    bool run_step(const strip &s, dim image, int member, const chain_step &step) const;
    std::byte *rows(const strip &s, dim image, int member, dim first) const;
    void begin_rows(const strip &s, dim image, int member, const chain_step &step) const;
    void repeat_rows(const strip &s, int member, const chain_step &step) const;

    std::vector<part> parts_;
    chain_schedule schedule_;
    dim images_ = 0;
    std::vector<dim> band_starts_; // of the last member's steps, and how many there are
    int strips_ = 1;
    std::size_t rings_bytes_ = 0, thread_bytes_ = 0, strips_offset_ = 0, scratchpad_bytes_ = 0;
};

} // namespace winodnn
