#include "plan/tile_grid.hpp"

#include <algorithm>

namespace winodnn {

namespace {

tile_axis make_axis(const cover &covered) {
    tile_axis axis;
    axis.covered = covered;
    for (dim tile = 0; tile < covered.count(); ++tile) {
        const tile_axis::clipping clipping {
                &covered.at(tile), covered.inputs_inside(tile), covered.outputs_inside(tile)};
        auto known = std::find(axis.clippings.begin(), axis.clippings.end(), clipping);
        axis.tiles.push_back({covered.first_input(tile), covered.first_output(tile),
                static_cast<int>(known - axis.clippings.begin()), covered.is_small(tile)});
        if (known == axis.clippings.end()) axis.clippings.push_back(clipping);
    }
    return axis;
}

} // namespace

tile_grid::position tile_grid::at(dim index) const {
    const dim per_image = rows.count() * cols.count();
    return {index / per_image, index % per_image / cols.count(), index % cols.count()};
}

void tile_grid::advance(position &p) const {
    if (++p.col < cols.count()) return;
    p.col = 0;
    if (++p.row < rows.count()) return;
    p.row = 0;
    ++p.n;
}

block_slots tile_grid::slots_of(tile_block block) const {
    block_slots slots;
    position p = at(block.begin);
    for (dim index = block.begin; index < block.end; ++index, advance(p)) ++slots.first[class_of(p) + 1];
    for (int c = 0; c < tile_classes; ++c) slots.first[c + 1] += slots.first[c];
    return slots;
}

tile_grid make_grid(const problem &p, const block_map &map) {
    return {p.mb, make_axis(map.rows()), make_axis(map.cols())};
}

} // namespace winodnn
