// Which tiles and pieces transform their inputs alike.
#pragma once

#include "winograd/tile.hpp"

#include <vector>

namespace winodnn {

// Finds for each piece the tile, or the first piece, that transforms inputs as it does, and sets `observed`
// and what belongs to it. Returns those that were found.
std::vector<observed_tile> observe_pieces(std::vector<tile> &tiles);

} // namespace winodnn
