// Predicted cycles of a convolution, on the thread that has most to do.
#pragma once

#include "dispatch/dispatch.hpp"
#include "plan/block_map.hpp"

namespace winodnn {

// docs/dispatch.md has the model.
double winograd_cycles(const problem &p, const machine &m, const plan &candidate);
// The same with the map of the candidate, which many candidates share but for blocks and chunks.
double winograd_cycles(const problem &p, const machine &m, const plan &candidate, const block_map &map);
double direct_cycles(const problem &p, const machine &m);

// Tiles that cover the output, over the whole batch; mixed ones are as many as whole ones.
dim tile_count(const problem &p, tile_id tile);

} // namespace winodnn
