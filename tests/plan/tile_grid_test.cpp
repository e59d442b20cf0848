#include "plan/tile_grid.hpp"

#include "problem/rounding.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

// Every output pixel is in exactly one tile, and every source pixel that a tile says is inside, is.
TEST(tile_grid, covers_the_image_once) {
    for (const tile_id id : all_tiles())
        for (dim in = 1; in <= 17; ++in)
            for (const dim before : {0, 1})
                for (const auto &[after, mixed] :
                        {std::pair<dim, bool> {0, false}, {1, false}, {0, true}, {1, true}}) {
                    problem p;
                    p.mb = 2;
                    p.ih = p.iw = in;
                    p.pad_t = p.pad_l = before;
                    p.pad_b = p.pad_r = after;
                    const tile &t = tile_of(id);
                    p.oh = in + before + after - t.rows.taps() + 1;
                    p.ow = in + before + after - t.cols.taps() + 1;
                    if (p.oh < 1 || p.ow < 1) continue;
                    p.ic = p.oc = 16;
                    const tile_grid grid =
                            make_grid(p, block_map(p, {.tile = id, .tiles_per_block = 8, .mixed = mixed}));
                    dim covered = 0;
                    for (dim row = 0; row < grid.rows.count(); ++row) {
                        const auto &kind = grid.rows.kinds[static_cast<std::size_t>(grid.rows.kind_of[row])];
                        covered += kind.outputs;
                        EXPECT_EQ(grid.rows.covered.first_output(row), covered - kind.outputs);
                        EXPECT_TRUE(mixed || kind.of->outputs() == t.rows.outputs());
                        for (int k = 0; k < kind.of->how.inputs(); ++k) {
                            const dim pixel = covered - kind.outputs - before + k;
                            EXPECT_EQ(
                                    k >= kind.inputs.begin && k < kind.inputs.end, pixel >= 0 && pixel < in);
                        }
                    }
                    EXPECT_EQ(covered, p.oh);
                    EXPECT_LE(grid.rows.kinds.size(), 5u);
                    EXPECT_EQ(grid.rows.count(), ceil_div(p.oh, dim {t.rows.outputs()}));
                    EXPECT_EQ(grid.count(), 2 * grid.rows.count() * grid.cols.count());
                    auto next = grid.at(0);
                    for (dim index = 0; index < grid.count(); ++index, grid.advance(next)) {
                        const auto at = grid.at(index);
                        EXPECT_TRUE(next.n == at.n && next.row == at.row && next.col == at.col);
                        EXPECT_EQ((at.n * grid.rows.count() + at.row) * grid.cols.count() + at.col, index);
                    }
                }
}

} // namespace
} // namespace winodnn
