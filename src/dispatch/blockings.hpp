// How a plan can be cut: into which blocks of tiles, and how threads share them.
#pragma once

#include "dispatch/dispatch.hpp"
#include "problem/limits.hpp"

#include <vector>

namespace winodnn {

struct prediction {
    winodnn::plan plan;
    double cycles; // on the thread that has most to do
};

// The plan in blocks of several sizes, from few tiles to many, for more than one thread also with the threads
// sharing blocks, each with its own output channels. No plan twice, never empty, least predicted cycles
// first.
std::vector<prediction> blockings(const problem &p, const machine &m, const plan &base);

// V and M of a block are at most so many times as large as L2, but for blocks of the fewest tiles: once where
// transformed weights stay in half of L2, three times where they are streamed, because a larger block reads
// them fewer times (512 and 1024 channels at batch 8 gain up to 45%). Beyond that V would come from memory.
constexpr dim most_l2_of_block = 1, most_l2_of_block_with_streamed_weights = 3;
constexpr dim fewest_tiles_of_block = 6;
// However large L2 is said to be, kernels have to reach all of V and M.
constexpr dim most_bytes_of_block = most_displacement / 2;
static_assert(most_planes * (fewest_tiles_of_block * 2 * most_group_ic + 1024) <= most_displacement);

} // namespace winodnn
