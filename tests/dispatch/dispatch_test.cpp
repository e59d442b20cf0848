#include "dispatch/dispatch.hpp"

#include "dispatch/cost.hpp"
#include "support/layer.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

using testing::layer;

machine one_core(isa i) {
    return {i, false, 1};
}

TEST(dispatch, takes_what_winograd_is_made_for) {
    for (const isa i : all_isas)
        for (const problem &p : {layer(1, 64, 56, 64), layer(1, 256, 56, 256), layer(8, 512, 28, 512)}) {
            const expected<plan> chosen = choose_plan(p, one_core(i));
            ASSERT_TRUE(chosen) << chosen.error().text();
            EXPECT_EQ(chosen->tile, tile_id::f4x4);
            EXPECT_EQ(chosen->isa, i);
        }
}

TEST(dispatch, declines_with_a_reason) {
    const refusal small = choose_plan(layer(1, 512, 7, 512), one_core(isa::avx512_core_vnni)).error();
    EXPECT_EQ(small.reason(), refusal_reason::slower);
    EXPECT_NE(std::string(small.text()).find("predicted speedup 0."), std::string::npos) << small.text();
    machine amx = one_core(isa::avx512_core_vnni);
    amx.amx_int8 = true;
    const refusal on_amx = choose_plan(layer(1, 64, 56, 64), amx).error();
    EXPECT_EQ(on_amx.reason(), refusal_reason::slower);
    EXPECT_NE(std::string(on_amx.text()).find("AMX"), std::string::npos) << on_amx.text();
}

// Whatever the shape: blocks and chunks that exist, and a scratchpad for the threads that there are.
TEST(dispatch, plans_are_sound_for_any_shape) {
    for (const isa i : all_isas)
        for (const dim pixels : {1, 2, 5, 7, 13, 56, 200})
            for (const dim ic : {16, 17, 100, 1024})
                for (const dim oc : {16, 33, 1000})
                    for (const dim mb : {1, 3})
                        for (const int threads : {1, 2, 3, 64}) {
                            const problem p = layer(mb, ic, pixels, oc);
                            machine m = one_core(i);
                            m.threads = threads;
                            for (const tile_id tile : all_tiles()) {
                                if (!serves(tile, p)) continue;
                                const plan c = plan_with_tile(p, m, tile);
                                EXPECT_GE(c.tiles_per_block, 1);
                                EXPECT_LE(c.tiles_per_block, tile_count(p, tile));
                                EXPECT_GE(c.oc_chunks, 1);
                                EXPECT_LE(c.oc_chunks, oc);
                                EXPECT_EQ(c.threads, threads);
                                EXPECT_GT(winograd_cycles(p, m, c), 0);
                            }
                            EXPECT_LE(winograd_cycles(p, m, fastest_plan(p, m).value()),
                                    winograd_cycles(p, m, plan_with_tile(p, m, tile_id::f2x2)));
                        }
}

TEST(dispatch, a_single_image_keeps_all_threads_busy) {
    for (const dim pixels : {7, 14, 28, 56})
        for (const int threads : {2, 4}) {
            machine m = one_core(isa::avx512_core_vnni);
            m.threads = threads;
            const problem p = layer(1, 512, pixels, 512);
            const plan c = fastest_plan(p, m).value();
            const dim tiles = tile_count(p, c.tile);
            EXPECT_GE((tiles + c.tiles_per_block - 1) / c.tiles_per_block * c.oc_chunks, threads);
        }
}

// As on a Sapphire Rapids, where 512 channels of 14x14 pixels were 0.79 times as fast, and 256 of 28x28
// were 1.35.
TEST(dispatch, weights_behind_a_mesh_are_waited_for) {
    machine m = one_core(isa::avx512_core_vnni);
    m.units = {2, 2};
    m.cache = {2 << 20, 300 << 20, false};
    const problem few_pixels = layer(1, 512, 14, 512), more_pixels = layer(1, 256, 28, 256);
    EXPECT_TRUE(choose_plan(few_pixels, m).has_value());
    m.cache.far_l3 = true;
    EXPECT_FALSE(choose_plan(few_pixels, m).has_value());
    EXPECT_TRUE(choose_plan(more_pixels, m).has_value());
}

// What oneDNN computes in between costs more where channels are padded, so that narrow layers are left to it.
TEST(dispatch, staged_post_ops_are_counted) {
    const machine m = one_core(isa::avx512_core_vnni);
    problem wide = layer(1, 128, 56, 128), narrow = layer(1, 32, 56, 32);
    EXPECT_TRUE(choose_plan(narrow, m).has_value());
    wide.post_ops = narrow.post_ops = {{.op = post_op::kind::staged}};
    EXPECT_TRUE(choose_plan(wide, m).has_value());
    EXPECT_FALSE(choose_plan(narrow, m).has_value());
}

TEST(plan, name_is_in_onednn_s_style) {
    EXPECT_STREQ(name_of(plan {tile_id::f4x4, isa::avx512_core_vnni, 6}), "wino:f4x4:s16:avx512_core_vnni");
    EXPECT_STREQ(name_of(plan {tile_id::f2x2, isa::avx2, 6}), "wino:f2x2:s16:avx2");
}

} // namespace
} // namespace winodnn
