// All plans of one layer and oneDNN's direct convolution, timed against each other.
#pragma once

#include "dispatch/candidates.hpp"
#include "vs_direct/layer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace winodnn::bench {

// u8 to u8 with scales, bias and relu, as vs_direct has it; nothing for what no tile serves.
std::optional<problem> problem_of(const layer &l);

struct entry {
    std::string choice;          // spelled(plan), or direct
    double predicted_cycles = 0; // on the thread that has most to do
    double microseconds = 0;     // the least; NaN if there was no undisturbed execution
};

struct outcome {
    std::vector<entry> entries; // direct first, then the plans, least predicted cycles first
    // Indices of entries. `best` can be any of them, direct too. Measured in rounds of their own, with the
    // few others that had come closest: the fastest of many is so by luck as well.
    std::size_t chosen = 0, best = 0;
    std::string distrust; // of the finalists' times; empty if they can be trusted

    const entry &direct() const { return entries.front(); }
    // What the choice costs, as a share of the best one's time.
    double loss() const { return entries[chosen].microseconds / entries[best].microseconds - 1; }
    double slower_than_direct() const { return entries[chosen].microseconds / direct().microseconds - 1; }
};

// In turn, round after round, so that drift and neighbours hit all alike: see timing/rounds.hpp. So many
// seconds at the most, but for one round of all and the fewest rounds of the finalists.
outcome hold_contest(const layer &l, const problem &p, const machine &m, double seconds);

} // namespace winodnn::bench
