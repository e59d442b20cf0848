// The plans that a convolution can have, best first. A pure function, as dispatch.hpp.
#pragma once

#include "dispatch/blockings.hpp"

#include <limits>
#include <optional>
#include <vector>

namespace winodnn {

// Tiles that lose by more than this are not worth cutting into blocks in every way while a program waits.
constexpr double clearly_slower = 1.3;
constexpr double however_slow = std::numeric_limits<double>::infinity();

// Not cut into blocks: what a promise of few bits makes of a tile; nothing without one, or if no component
// fits.
std::optional<plan> promised_base(const problem &p, const machine &m, tile_id tile);

// Every tile that serves the problem exactly and within what packed weights may take, in all blockings; at
// ragged edges the best of them also with whole tiles only. No plan twice, least predicted cycles first.
// Tiles that are predicted to take more than `within` times the least of all in their best blocking are left
// out. Empty only if packed weights may take so little that no tile does.
std::vector<prediction> candidates(const problem &p, const machine &m, double within = clearly_slower);

} // namespace winodnn
