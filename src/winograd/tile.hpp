// The tile sizes that plans choose from. F(m x n, r x s): m x n outputs of a kernel of r x s taps.
// To add one, add an enumerator and its row in tile.cpp.
#pragma once

#include "problem/limits.hpp"
#include "winograd/bilinear_algorithm.hpp"
#include "winograd/piece.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace winodnn {

// f1x4 is one-dimensional: F(4) along w, direct convolution along h. f4x1 is the other way round.
// Rows and columns are for kernels of one row (1x3) and of one column (3x1). An h: points with -1/2.
// sfc: symbolic Fourier convolution. k5: for kernels of 5x5, 1x5 or 5x1.
enum class tile_id : std::uint8_t {
    f2x2,
    f2x3,
    f3x2,
    f2x4,
    f4x2,
    f3x3,
    f3x4,
    f4x3,
    f4x4,
    f4x4h,
    f1x2,
    f1x3,
    f1x4,
    f1x4h,
    f2x1,
    f3x1,
    f4x1,
    f4x1h,
    row2,
    row3,
    row4,
    row4h,
    column2,
    column3,
    column4,
    column4h,
    sfc6x6,
    sfc4x4k5,
    sfc4x4,
    row4k5,
    column4k5,
    sfcrow4k5,
    sfccolumn4k5,
    count // not a tile: new ones come before it, and behind all others
};
constexpr int number_of_tiles = static_cast<int>(tile_id::count);

// Whose transformed inputs calibrations have ranges of: whole tiles, and pieces of them that transform inputs
// as no other one does.
struct observed_tile {
    tile_id id;
    grid_size outputs; // of the tile, or of a piece

    bool operator==(const observed_tile &) const = default;
};

// What is computed of a tile at the image's edge: a piece along each dimension.
struct tile_piece : bilinear_algorithm {
    // Of each of its own planes and components, which of the whole tile's it is.
    std::vector<int> v_planes_of_whole, m_planes_of_whole, components_of_whole;
    std::vector<bool> has_m; // by plane of the whole tile

    // The tile whose components of V are the piece's but for their order and signs.
    observed_tile observed {};
    std::vector<int> components_of_observed {}; // by component of the piece
};

struct tile : bilinear_algorithm {
    const char *name;                                // f4x4
    std::vector<piece> row_pieces {}, col_pieces {}; // all sizes that there are, the whole one last
    std::vector<tile_piece> pieces {};               // [row piece][col piece]

    // Of so many outputs along each dimension, of sizes that there are; 0: all.
    const tile_piece &piece_of(int row_outputs, int col_outputs) const;
};

tile_piece make_piece(const bilinear_algorithm &whole, bilinear_algorithm algorithm,
        std::vector<int> v_planes, std::vector<int> m_planes);

// Which of the limits of limits.hpp the tile exceeds; nullptr if none. All tiles are checked when the table
// is made: one that exceeds them ends the program with std::logic_error, in the first test that runs.
const char *exceeded_limit(const bilinear_algorithm &t);

std::span<const tile_id> all_tiles();
// The kernels that there are tiles for. Every convolution of a program is compared with them first: neither
// makes it the table of tiles, nor can it fail.
inline constexpr grid_size kernels_of_tiles[] = {{3, 3}, {5, 5}, {1, 3}, {3, 1}, {1, 5}, {5, 1}};
constexpr bool is_kernel_of_a_tile(dim rows, dim cols) {
    return std::ranges::any_of(
            kernels_of_tiles, [=](const grid_size &k) { return k.rows == rows && k.cols == cols; });
}
const tile &tile_of(tile_id id);
// Whole tiles first, in their order.
std::span<const observed_tile> all_observed_tiles();
const bilinear_algorithm &algorithm_of(const observed_tile &t);

} // namespace winodnn
