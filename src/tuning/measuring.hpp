// Which of several ways to run a layer is the fastest, by running them.
#pragma once

#include "dispatch/candidates.hpp"
#include "tuning/tuning_file.hpp"

#include <functional>
#include <span>
#include <vector>

namespace winodnn {

// The ones that are worth measuring, in the order of the predictions: at most six, of each tile at most
// three, and no two of a tile whose blocks are nearly as large.
std::vector<plan> worth_measuring(std::span<const prediction> sorted);

struct contender {
    std::string choice; // as in a tuning file
    // Makes it ready. What is returned runs the layer once.
    std::function<std::function<void()>()> prepare;
};

using seconds_function = std::function<double()>; // a clock

// Runs all in turn, so that they meet the same clock frequency and the same neighbours, and each one finds in
// the caches what another one has left there, as in a network. The medians, in microseconds. About the given
// time is spent: contenders that it does not suffice for are left out from the back, never the first two, and
// those are run twice each whatever that takes.
std::vector<timed_choice> measure_in_turn(
        std::span<const contender> contenders, double seconds, const seconds_function &now);

// The choice of the least time; direct convolution also where it takes up to 2% more than that. Not empty.
tuning_result with_winner(std::vector<timed_choice> measured);

} // namespace winodnn
