// The tile sizes that plans choose from. F(m x m, 3 x 3): m x m outputs from (m + 2) x (m + 2) inputs.
// To add one, add an enumerator and its row in tile.cpp.
#pragma once

#include "winograd/transform.hpp"

#include <cstdint>
#include <span>

namespace winodnn {

enum class tile_id : std::uint8_t { f2x2, f4x4 };

struct tile {
    const char *name; // f4x4
    transform rows;   // along h
    transform cols;   // along w

    int components() const { return rows.inputs() * cols.inputs(); }
    // Undoing the transforms' scale in arithmetic modulo 2^32: S = odd * 2^shift * Y, hence
    // Y = (S * inverse_odd) >> shift, exact for |Y| < 2^(31 - shift). Proof in docs/numerics.md.
    std::uint32_t inverse_odd() const;
    int shift() const;
};

std::span<const tile_id> all_tiles();
const tile &tile_of(tile_id id);

} // namespace winodnn
