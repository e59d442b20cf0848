// Which neighbours in a chain are executed together, by bands.
#pragma once

#include "provider/chains/banded_members.hpp"

#include <string>
#include <vector>

namespace winodnn {

struct chain_choice {
    std::vector<member_range> together; // in order, all members; ranges of one are executed by themselves
    std::string why_not;                // of the first that is, or empty
};

chain_choice choose_bands(const chain_members &members, winodnn_chain_goal_t goal);

} // namespace winodnn
