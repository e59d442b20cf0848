// In which order a chain's members compute their bands of rows, and how many rows of each tensor between them
// have to be kept. All of one image; members are counted from 0, the last one writes what the chain is for.
#pragma once

#include "plan/block_map.hpp"

#include <array>
#include <limits>
#include <vector>

namespace winodnn {

constexpr int most_chained = 64;

// A block of a row of tiles, or a whole band of a member's plan: the rows that it writes, every row_step-th,
// and those that it can read; the pixels of those rows; and of what it reads, the last pixel's end.
struct chain_step {
    item_range blocks; // of the image's
    dim out_begin, out_end, in_begin, in_end;
    dim first_pixel, last_pixel, in_pixels; // last_pixel: behind it
};

// A member reads an earlier one's destination where it writes: a residual.
struct chain_residual {
    int member, source;
};

struct chain_schedule {
    struct member {
        std::vector<chain_step> steps; // by the first row that they write, and from left to right
        dim row_step = 1;              // more where the convolution is dilated
        dim rows = 0;                  // of the destination
    };
    std::vector<member> members;
    std::vector<chain_residual> residuals;

    // Of one more member.
    void add(const problem &p, const block_map &map);
    // Of the last member, where bands begin: strips of an image have whole ones.
    std::vector<dim> band_starts() const;
    // How many rows of a member's destination there are at the most, from the first that somebody will still
    // read to the last that is written, when the last member computes these of its steps.
    void widen(std::vector<dim> &rows, dim first_step, dim last_step) const;
};

// Computes what is needed when it is needed: before a step, those steps of earlier members whose rows it
// reads.
class chain_walk {
public:
    // Of the last member, steps from `first` on.
    chain_walk(const chain_schedule &schedule, dim first);

    // visit(member, step), up to the last member's step `last`. Ends early if it returns false.
    template <typename Visit>
    bool run_to(dim last, const Visit &visit) {
        const int member = static_cast<int>(schedule_.members.size()) - 1;
        while (next_[member] < last)
            if (!run_step(member, visit)) return false;
        return true;
    }

    // The first row of a member's destination that is still to be read; more than there are if none is.
    dim first_unread(int member) const;

private:
    static constexpr dim nothing = std::numeric_limits<dim>::max();

    const chain_step *step(int member) const {
        const auto &steps = schedule_.members[static_cast<std::size_t>(member)].steps;
        const auto index = static_cast<std::size_t>(next_[member]);
        return index < steps.size() ? &steps[index] : nullptr;
    }

    template <typename Visit>
    bool run_step(int member, const Visit &visit) {
        const chain_step &now = *step(member);
        if (member > 0 && !produce(member - 1, now.in_end, now.in_pixels, visit)) return false;
        for (const chain_residual &residual : schedule_.residuals)
            if (residual.member == member && !produce(residual.source, now.out_end, now.last_pixel, visit))
                return false;
        if (!visit(member, now)) return false;
        ++next_[member];
        return true;
    }

    template <typename Visit>
    bool produce(int member, dim rows, dim pixels, const Visit &visit) {
        while (is_wanted(member, rows, pixels))
            if (!run_step(member, visit)) return false;
        return true;
    }

    // Whether the next step writes some of these rows: all pixels but of the last ones, which are written
    // from left to right.
    bool is_wanted(int member, dim rows, dim pixels) const {
        const chain_step *next = step(member);
        if (next == nullptr || next->out_begin >= rows) return false;
        return next->out_end < rows || next->first_pixel < pixels;
    }

    const chain_schedule &schedule_;
    std::array<dim, most_chained> next_ {};
};

// Where rows of a tensor are that are kept for a while: row y at place (y + shift) % depth. Rows that are
// read or written together have to lie one behind the other, so the first `repeated` places are there again
// behind the last one.
struct row_ring {
    dim depth = 0, repeated = 0, shift = 0;

    dim place(dim row) const { return (row + shift) % depth; }
    dim places() const { return depth + repeated; }
};

// For a member's destination of which so many rows are kept: the ring that repeats least.
row_ring ring_for(const chain_schedule &schedule, int member, dim rows);

} // namespace winodnn
