// Where the tiles of an image lie, and what of each lies inside it.
#pragma once

#include "jit/input_transform/input_transform.hpp"
#include "problem/problem.hpp"
#include "winograd/tile.hpp"

#include <vector>

namespace winodnn {

// One dimension. The tiles that lie alike (mostly: first, inner, last) form a kind, and share kernels.
struct tile_axis {
    struct kind {
        jit::extent inputs; // pixels of the tile's inputs that are inside the image
        int outputs = 0;    // outputs that are inside
        bool operator==(const kind &) const = default;
    };
    std::vector<kind> kinds;
    std::vector<int> kind_of; // of each tile
    dim count() const { return static_cast<dim>(kind_of.size()); }
};

struct tile_grid {
    dim mb = 0;
    tile_axis rows, cols;

    dim count() const { return mb * rows.count() * cols.count(); }
    struct position {
        dim n, row, col;
    };
    position at(dim index) const;
    // Tiles of one kind of row and one kind of column lie alike: 0 .. rows.kinds * cols.kinds - 1.
    std::size_t kind_of(const position &p) const {
        return rows.kind_of[p.row] * cols.kinds.size() + cols.kind_of[p.col];
    }
    // The one after: without the divisions, which would show next to the transform of a few channels.
    void advance(position &p) const;
};

tile_grid make_grid(const problem &p, const tile &t);

} // namespace winodnn
