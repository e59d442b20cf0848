// What is fixed when a convolution is made, and shared by its stages; and what an execution hands to them.
#pragma once

#include "plan/tile_grid.hpp"
#include "plan/workspace.hpp"
#include "run/convolution.hpp"

namespace winodnn {

struct blueprint {
    blueprint(const winodnn::problem &p, const winodnn::plan &c)
        : problem(p), plan(c), tile(tile_of(c.tile)), map(p, c), layout(map.layout()), workspace(p, c, map),
          grid(make_grid(p, map)) {}
    blueprint(const blueprint &) = delete; // the stages refer to it

    const winodnn::problem problem;
    const winodnn::plan plan;
    const winodnn::tile &tile;
    const block_map map;
    const weights_layout &layout;
    const winodnn::workspace workspace;
    const tile_grid grid;
};

// One call of execute(), for all threads: what the program gave, and what was prepared of it in the part of
// the scratchpad that they share.
struct execution {
    const run_args &args;
    const std::byte *shared;
};

// The tiles that a thread is at, and where it keeps them.
struct block_in_work {
    tile_block tiles;
    block_slots slots;
    thread_space space;
};

} // namespace winodnn
