// The tile sizes that plans choose from. F(m x n, r x s): m x n outputs of a kernel of r x s taps.
// To add one, add an enumerator and its row in tile.cpp.
#pragma once

#include "problem/limits.hpp"
#include "winograd/piece.hpp"

#include <cstdint>
#include <span>

namespace winodnn {

// f1x4 is one-dimensional: F(4) along w, direct convolution along h. f4x1 is the other way round.
// Rows and columns are for kernels of one row (1x3) and of one column (3x1). An h: points with -1/2.
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
    column4h
};
constexpr int number_of_tiles = static_cast<int>(tile_id::column4h) + 1;
static_assert(number_of_tiles <= most_tile_ids, "the strides of packed descs have no room for more tiles");

// Planes: V, U and M are arrays of matrices, one a plane, numbered row-major like the pixels, taps and
// outputs that they are transformed from or to. A two-dimensional Winograd tile has one component a plane,
// and M[c] = V[c] U[c]. Where one dimension is direct, the planes along it are input rows (columns), weights
// and outputs: M at output r of component c is the sum over the terms k of V at input r + k and U at weight
// k.
struct tile_piece;

struct tile {
    const char *name; // f4x4
    transform rows;   // along h
    transform cols;   // along w
    std::vector<piece> row_pieces {}, col_pieces {};

    int v_planes() const { return rows.inputs() * cols.inputs(); }
    int u_planes() const { return components() * terms(); }
    int m_planes() const { return components() * repeats(); }
    int components() const { return rows.components() * cols.components(); }
    int terms() const { return rows.terms() * cols.terms(); }
    int repeats() const { return rows.repeats() * cols.repeats(); }
    int v_plane(int component, int repeat) const; // of the first term
    int v_term_planes() const;                    // from one term's plane to the next one's
    int m_plane(int component, int repeat) const;
    int component_of_u(int plane) const;
    int term_of_u(int plane) const;
    int component_of_v(int plane) const;
    int component_of_m(int plane) const;

    // Of so many outputs along each dimension, of sizes that there are; 0: all.
    tile_piece piece_of(int row_outputs, int col_outputs) const;

    int taps() const { return rows.taps() * cols.taps(); }
    int outputs() const { return rows.outputs() * cols.outputs(); }
    // Undoing the transforms' scale in arithmetic modulo 2^32: S = odd * 2^shift * Y, hence
    // Y = (S * inverse_odd) >> shift, exact for |Y| < 2^(31 - shift). Proof in docs/numerics.md.
    std::uint32_t inverse_odd() const;
    int shift() const;
};

// What is computed of a tile at the image's edge: rows and columns of a piece each.
struct tile_piece {
    const piece &rows, &cols;

    int v_planes() const { return rows.how.inputs() * cols.how.inputs(); }
    int m_planes() const { return rows.how.output.cols() * cols.how.output.cols(); }
    // Which plane of the whole tile its own plane is.
    int v_plane(const tile &whole, int plane) const;
    int m_plane(const tile &whole, int plane) const;
};

// Which of the limits of limits.hpp the tile exceeds; nullptr if none. All tiles are checked when the table
// is made: one that exceeds them ends the program with std::logic_error, in the first test that runs.
const char *exceeded_limit(const tile &t);

std::span<const tile_id> all_tiles();
const tile &tile_of(tile_id id);

} // namespace winodnn
