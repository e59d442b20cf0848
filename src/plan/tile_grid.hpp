// Where the tiles of an image lie, what of each lies inside it, and in which order a block keeps them.
#pragma once

#include "plan/block_map.hpp"
#include "winograd/tile_classes.hpp"

#include <array>
#include <vector>

namespace winodnn {

// One dimension. Tiles of which the same lies inside the image (mostly: the first, inner and last ones) have
// one clipping, and share kernels.
struct tile_axis {
    struct clipping {
        const winodnn::piece *piece = nullptr;
        extent inputs;   // pixels of the piece's inputs that are inside the image
        int outputs = 0; // outputs that are inside
        bool operator==(const clipping &) const = default;
    };
    // What the cover says of each tile, at hand: its divisions would show next to the transform of a few
    // channels.
    struct tile {
        dim first_input, first_output;
        int clipping;
        bool small;
    };
    std::vector<clipping> clippings;
    std::vector<tile> tiles;
    cover covered;
    dim count() const { return static_cast<dim>(tiles.size()); }
};

struct slot_range {
    dim begin = 0, end = 0;
    dim size() const { return end - begin; }
    bool operator==(const slot_range &) const = default;
};

// Where the tiles of each class of one block begin, and the last one ends.
struct block_slots {
    std::array<dim, tile_classes + 1> first {};
    slot_range range_of(class_range classes) const { return {first[classes.begin], first[classes.end]}; }
};

struct tile_grid {
    dim mb = 0;
    tile_axis rows, cols;

    dim count() const { return mb * rows.count() * cols.count(); }
    struct position {
        dim n, row, col;
    };
    position at(dim index) const;
    // By clipping along the rows and along the columns, less than the product of how many there are of both.
    std::size_t clipping_of(const position &p) const {
        return rows.tiles[p.row].clipping * cols.clippings.size() + cols.tiles[p.col].clipping;
    }
    tile_class class_of(const position &p) const {
        return winodnn::class_of(rows.tiles[p.row].small, cols.tiles[p.col].small);
    }
    tile_class class_of(const tile_axis::clipping &row, const tile_axis::clipping &col) const {
        return winodnn::class_of(row.piece == rows.covered.small, col.piece == cols.covered.small);
    }
    // The tile's first input and output, in the source's and the destination's pixels. The input may lie
    // outside.
    struct pixel {
        dim y, x;
    };
    pixel first_input(const position &p) const {
        return {rows.tiles[p.row].first_input, cols.tiles[p.col].first_input};
    }
    pixel first_output(const position &p) const {
        return {rows.tiles[p.row].first_output, cols.tiles[p.col].first_output};
    }
    block_slots slots_of(tile_block block) const;
    // The one after: without the divisions, which would show next to the transform of a few channels.
    void advance(position &p) const;
};

// Of the tiles that the map counts.
tile_grid make_grid(const problem &p, const block_map &map);

} // namespace winodnn
