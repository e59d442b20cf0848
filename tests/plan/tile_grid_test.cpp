#include "plan/tile_grid.hpp"

#include "problem/rounding.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

// Along one dimension: every output is in exactly one tile, and every source pixel that a tile says is
// inside, is.
void expect_covered_once(const tile_axis &axis) {
    const winodnn::axis &along = axis.covered.along;
    std::vector<int> covered(static_cast<std::size_t>(along.out));
    for (const tile_axis::tile &tile : axis.tiles) {
        const tile_axis::clipping &clipping = axis.clippings[static_cast<std::size_t>(tile.clipping)];
        ASSERT_GE(clipping.outputs, 1);
        ASSERT_LE(clipping.outputs, clipping.piece->outputs);
        for (int i = 0; i < clipping.outputs; ++i)
            ++covered.at(static_cast<std::size_t>(tile.first_output + i * along.dilation));
        for (int k = 0; k < clipping.piece->inputs; ++k) {
            const dim pixel = tile.first_output - along.pad + k * along.dilation;
            EXPECT_EQ(k >= clipping.inputs.begin && k < clipping.inputs.end, pixel >= 0 && pixel < along.in);
        }
    }
    for (const int times : covered) EXPECT_EQ(times, 1);
}

TEST(tile_grid, covers_the_image_once) {
    for (const tile_id id : all_tiles())
        for (dim in = 1; in <= 17; ++in)
            for (const dim dilation : {1, 2, 3, 4, 12})
                for (const dim before : {0, 1, 2, 5, 12})
                    for (const auto &[after, mixed] :
                            {std::pair<dim, bool> {0, false}, {1, false}, {0, true}, {1, true}, {12, true}}) {
                        problem p;
                        const tile &t = tile_of(id);
                        p.mb = 2;
                        p.ic = p.oc = 16;
                        p.ih = p.iw = in;
                        p.kh = t.taps.rows;
                        p.kw = t.taps.cols;
                        p.pad_t = p.pad_l = before;
                        p.pad_b = p.pad_r = after;
                        p.dilation_h = p.dilation_w = dilation;
                        p.oh = in + before + after - (p.kh - 1) * dilation;
                        p.ow = in + before + after - (p.kw - 1) * dilation;
                        if (p.oh < 1 || p.ow < 1) continue;
                        SCOPED_TRACE(to_string(p) + " " + t.name);
                        const tile_grid grid = make_grid(
                                p, block_map(p, {.tile = id, .tiles_per_block = 8, .mixed = mixed}));
                        expect_covered_once(grid.rows);
                        expect_covered_once(grid.cols);
                        EXPECT_EQ(grid.rows.count(), grid.rows.covered.count());
                        EXPECT_EQ(grid.count(), 2 * grid.rows.count() * grid.cols.count());
                        if (dilation == 1 && before <= 1 && after <= 1) {
                            EXPECT_EQ(grid.rows.count(), ceil_div(p.oh, dim {t.outputs.rows}));
                            EXPECT_LE(grid.rows.clippings.size(), 5u);
                        }
                        for (const tile_axis::clipping &clipping : grid.rows.clippings)
                            EXPECT_TRUE(mixed || clipping.piece->outputs == t.outputs.rows);
                        auto next = grid.at(0);
                        for (dim index = 0; index < grid.count(); ++index, grid.advance(next)) {
                            const auto at = grid.at(index);
                            EXPECT_TRUE(next.n == at.n && next.row == at.row && next.col == at.col);
                            EXPECT_EQ(
                                    (at.n * grid.rows.count() + at.row) * grid.cols.count() + at.col, index);
                        }
                    }
}

} // namespace
} // namespace winodnn
