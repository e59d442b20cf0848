// Predicted cycles of a convolution, on the thread that has most to do.
#pragma once

#include "dispatch/dispatch.hpp"

namespace winodnn {

// docs/dispatch.md has the model.
double winograd_cycles(const problem &p, const machine &m, const plan &candidate);
double direct_cycles(const problem &p, const machine &m);

// Tiles that cover the output, over the whole batch; mixed ones are as many as whole ones.
dim tile_count(const problem &p, tile_id tile);

} // namespace winodnn
