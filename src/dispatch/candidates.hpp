// The plans that a convolution can have, best first. A pure function, as dispatch.hpp.
#pragma once

#include "dispatch/dispatch.hpp"

#include <limits>
#include <vector>

namespace winodnn {

struct prediction {
    plan how;
    double cycles; // on the thread that has most to do
};

// Tiles that lose by more than this are not worth laying out in every way while a program waits.
constexpr double clearly_slower = 1.3;
constexpr double however_slow = std::numeric_limits<double>::infinity();

// Every tile that serves the problem exactly, in blocks of several sizes; for more than one thread also with
// the threads sharing blocks, each with its own output channels; at ragged edges also with whole tiles only.
// No plan twice, least predicted cycles first, of equals the one whose blocks fit the caches best. Tiles
// whose fitting blocks are predicted to take more than `within` times the least of all are left out. Never
// empty for a kernel that there are tiles for.
std::vector<prediction> candidates(const problem &p, const machine &m, double within = clearly_slower);

} // namespace winodnn
