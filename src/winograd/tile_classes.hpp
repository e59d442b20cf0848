// The up to four shapes that the tiles of one image have.
#pragma once

#include "winograd/cover.hpp"
#include "winograd/tile.hpp"

#include <array>
#include <optional>

namespace winodnn {

// The tiles of a block that take part in a plane are neighbours in V and M: those whose columns are of the
// smaller piece come first, then those with the larger pieces of both, then those whose rows are of the
// smaller piece, then those of which both are. A plane that only the larger pieces of rows have is in the
// first two classes, one that only the larger pieces of columns have in the second and third, one that only
// both have in the second.
enum tile_class : std::uint8_t { small_cols, both_large, small_rows, both_small };
constexpr int tile_classes = 4;

constexpr tile_class class_of(bool small_row, bool small_col) {
    if (small_row) return small_col ? both_small : small_rows;
    return small_col ? small_cols : both_large;
}

// Of each class that there is, its pieces.
using class_pieces = std::array<std::optional<tile_piece>, tile_classes>;
class_pieces pieces_of(const cover &rows, const cover &cols);
class_pieces pieces_of(const problem &p, const tile &t, bool mixed);

// The tile of the table that transforms its input as a piece does, but for the sign of some rows.
struct standalone_tile {
    tile_id id;
    std::vector<int> row_signs, col_signs; // 1 or -1, of each component along the dimension
};
std::optional<standalone_tile> standalone_of(const tile_piece &of);
// A component of the piece, numbered as tile::components() are, among those of the whole tile.
int whole_component(const tile &whole, const tile_piece &of, int component);

} // namespace winodnn
