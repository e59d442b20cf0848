// The up to four shapes that the tiles of one image have.
#pragma once

#include "winograd/cover.hpp"
#include "winograd/tile.hpp"

#include <array>

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

// Of each class that there is, its pieces, which the tile owns; else nullptr.
using class_pieces = std::array<const tile_piece *, tile_classes>;
class_pieces pieces_of(const tile &t, const cover &rows, const cover &cols);
class_pieces pieces_of(const problem &p, const tile &t, bool mixed);

// The classes whose pieces have a plane of M of the whole tile, as neighbours; none of it if no class has.
struct class_range {
    int begin = 0, end = 0;
};
class_range classes_with(const class_pieces &pieces, int m_plane);

} // namespace winodnn
