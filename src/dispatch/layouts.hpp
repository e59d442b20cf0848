// How the work of a plan can be laid out: in which blocks, and how threads share it.
#pragma once

#include "dispatch/dispatch.hpp"

#include <vector>

namespace winodnn {

struct prediction {
    plan how;
    double cycles; // on the thread that has most to do
};

// The plan in blocks of several sizes, from few tiles to many, for more than one thread also with the threads
// sharing blocks, each with its own output channels. No plan twice, never empty, least predicted cycles
// first.
std::vector<prediction> layouts(const problem &p, const machine &m, const plan &base);

// V of a block of `tiles` is at most so many times as large as L2, unless that is fewer tiles than any block
// has: with streamed weights a larger block wins, because it reads them fewer times, but what is several
// times as large as L2 would come from memory. (It also keeps V within the reach of 32-bit displacements.)
constexpr dim most_l2_of_v = 4;

} // namespace winodnn
