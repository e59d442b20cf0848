#include "dispatch/candidates.hpp"

#include "dispatch/cost.hpp"
#include "run/convolution.hpp"
#include "support/layer.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace winodnn {
namespace {

using testing::layer;

machine cores(int threads) {
    return {isa::avx512_core_vnni, false, threads};
}

TEST(candidates, are_sound_distinct_and_sorted_for_any_shape) {
    for (const dim pixels : {1, 5, 14, 56, 200})
        for (const dim ic : {16, 100, 2048})
            for (const dim oc : {16, 1000})
                for (const dim mb : {1, 3})
                    for (const int threads : {1, 2, 3, 64}) {
                        const problem p = layer(mb, ic, pixels, oc);
                        const std::vector<prediction> all = candidates(p, cores(threads));
                        ASSERT_FALSE(all.empty());
                        EXPECT_EQ(all.front().plan, fastest_plan(p, cores(threads)).value());
                        for (std::size_t i = 0; i < all.size(); ++i) {
                            const plan &chosen = all[i].plan;
                            EXPECT_TRUE(serves(chosen.tile, p));
                            EXPECT_GE(chosen.tiles_per_block, 1);
                            EXPECT_LE(chosen.tiles_per_block, tile_count(p, chosen.tile));
                            EXPECT_GE(chosen.oc_chunks, 1);
                            EXPECT_LE(chosen.oc_chunks, std::min<dim>(threads, (oc + 63) / 64));
                            EXPECT_EQ(chosen.threads, threads);
                            EXPECT_EQ(chosen.numbers, exact);
                            if (i > 0) {
                                EXPECT_LE(all[i - 1].cycles, all[i].cycles);
                            }
                            for (std::size_t k = 0; k < i; ++k) EXPECT_NE(all[k].plan, chosen);
                        }
                    }
}

TEST(candidates, have_blocks_of_many_sizes_with_each_tile) {
    const problem p = layer(1, 64, 200, 64);
    const std::vector<prediction> all = candidates(p, cores(1), however_slow);
    for (const tile_id tile : all_tiles()) {
        std::vector<dim> sizes;
        for (const prediction &c : all)
            if (c.plan.tile == tile) sizes.push_back(c.plan.tiles_per_block);
        if (!serves(tile, p)) {
            EXPECT_TRUE(sizes.empty());
            continue;
        }
        ASSERT_GE(sizes.size(), 6u) << tile_of(tile).name;
        EXPECT_LE(std::ranges::min(sizes), 12);
        EXPECT_GE(std::ranges::max(sizes), 48); // V and M of 46 components and more leave L2 room for no more
    }
}

// Of any shape: V and M within L2, or three times as much where weights are streamed.
TEST(candidates, have_bounded_workspaces) {
    int streamed = 0, resident = 0;
    for (const dim pixels : {7, 13, 56, 224})
        for (const dim ic : {16, 64, 256, 2048})
            for (const dim oc : {16, 64, 512})
                for (const int threads : {1, 2, 5}) {
                    const problem p = layer(8, ic, pixels, oc);
                    const machine m = cores(threads);
                    const auto l2 = static_cast<dim>(m.cache.l2);
                    for (const prediction &c : candidates(p, m)) {
                        const weights_layout weights = layout_for(p, c.plan);
                        const bool streams = weights.padded_oc() * weights.channel_bytes(exact) > l2 / 2;
                        ++(streams ? streamed : resident);
                        if (c.plan.tiles_per_block <= 6) continue;
                        // Beside them partial sums, where sums have to be split, and two lines a plane.
                        const dim staged = c.plan.tiles_per_block * weights.shape().outputs.count()
                                           * weights.oc_block() * 4;
                        const dim bytes =
                                static_cast<dim>(workspace_bytes_for(p, c.plan)) - staged - 2 * 2 * 36 * 64;
                        EXPECT_LE(bytes, l2 * (streams ? 3 : 1))
                                << tile_of(c.plan.tile).name << ' ' << ic << ' ' << oc << ' '
                                << c.plan.tiles_per_block;
                    }
                }
    EXPECT_GT(streamed, 100);
    EXPECT_GT(resident, 100);
}

TEST(candidates, of_several_threads_share_blocks_or_channels) {
    const std::vector<prediction> all = candidates(layer(1, 256, 28, 256), cores(4));
    const auto with_chunks = [&](dim chunks) {
        return std::ranges::any_of(all, [&](const prediction &c) { return c.plan.oc_chunks == chunks; });
    };
    EXPECT_TRUE(with_chunks(1));
    EXPECT_TRUE(with_chunks(4));
    for (const prediction &c : candidates(layer(1, 256, 28, 256), cores(1))) EXPECT_EQ(c.plan.oc_chunks, 1);
}

TEST(candidates, have_whole_tiles_only_where_there_are_others) {
    const auto has_whole = [](dim pixels, tile_id tile) {
        return std::ranges::any_of(candidates(layer(1, 64, pixels, 64), cores(1), however_slow),
                [&](const prediction &c) { return c.plan.tile == tile && !c.plan.mixed; });
    };
    EXPECT_FALSE(has_whole(16, tile_id::f4x4));
    EXPECT_TRUE(has_whole(14, tile_id::f4x4));
}

TEST(candidates, leave_out_tiles_that_are_clearly_slower) {
    const problem p = layer(1, 128, 56, 128);
    const std::vector<prediction> all = candidates(p, cores(1), however_slow), few = candidates(p, cores(1));
    EXPECT_EQ(few.front().plan, all.front().plan);
    EXPECT_LT(few.size(), all.size());
    const double most = clearly_slower * all.front().cycles;
    for (const prediction &c : all) {
        const bool kept =
                std::ranges::any_of(few, [&](const prediction &other) { return other.plan == c.plan; });
        const double fitting = winograd_cycles(p, cores(1), plan_with_tile(p, cores(1), c.plan.tile));
        EXPECT_EQ(kept, fitting <= most) << tile_of(c.plan.tile).name;
    }
    EXPECT_EQ(few.size(), static_cast<std::size_t>(std::ranges::count_if(all, [&](const prediction &c) {
        return winograd_cycles(p, cores(1), plan_with_tile(p, cores(1), c.plan.tile)) <= most;
    })));
}

} // namespace
} // namespace winodnn
