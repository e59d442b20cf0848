#include "dispatch/cost.hpp"
#include "support/layer.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

using testing::layer;

const machine zen4 {isa::avx512_core_vnni, false, 1, {1 << 20, 32 << 20}, {1, 2}};
const machine zen5 {isa::avx512_core_vnni, false, 1, {1 << 20, 32 << 20}, {2, 4}};

plan in_blocks_of(dim tiles, const machine &m) {
    return {.tile = tile_id::f4x4, .isa = m.isa, .tiles_per_block = tiles, .threads = m.threads};
}

TEST(cost, twice_the_units_take_half_the_cycles) {
    const problem p = layer(1, 64, 56, 64);
    EXPECT_DOUBLE_EQ(direct_cycles(p, zen4), 2 * direct_cycles(p, zen5));
    const double ratio = winograd_cycles(p, zen4, in_blocks_of(24, zen4))
                         / winograd_cycles(p, zen5, in_blocks_of(24, zen5));
    EXPECT_GT(ratio, 1.6);
    EXPECT_LT(ratio, 2);
}

// Of a 1x1 image 1 tap of 9 is inside, of a 3x3 one 49 of 81.
TEST(cost, direct_does_not_multiply_with_padding_but_with_whole_vectors) {
    EXPECT_DOUBLE_EQ(direct_cycles(layer(1, 64, 1, 64), zen4) * 49, direct_cycles(layer(1, 64, 3, 64), zen4));
    EXPECT_DOUBLE_EQ(direct_cycles(layer(1, 64, 14, 17), zen4), direct_cycles(layer(1, 64, 14, 32), zen4));
}

TEST(cost, threads_share_blocks) {
    const problem p = layer(2, 64, 64, 64); // 512 tiles
    machine two = zen4;
    two.threads = 2;
    EXPECT_DOUBLE_EQ(winograd_cycles(p, zen4, in_blocks_of(16, zen4)),
            2 * winograd_cycles(p, two, in_blocks_of(16, two)));
    // 3 blocks: one has two of them.
    EXPECT_DOUBLE_EQ(winograd_cycles(p, zen4, in_blocks_of(171, zen4)) * 2,
            3 * winograd_cycles(p, two, in_blocks_of(171, two)));
}

// What does not fit in L2 is read for each block.
TEST(cost, large_weights_want_large_blocks) {
    const problem large = layer(8, 512, 14, 512), small = layer(1, 64, 112, 64);
    const auto cycles = [](const problem &p, dim tiles) {
        return winograd_cycles(p, zen5, in_blocks_of(tiles, zen5));
    };
    EXPECT_GT(cycles(large, 16), 1.1 * cycles(large, 64));
    EXPECT_LT(cycles(small, 24), cycles(small, 196));
    EXPECT_LT(cycles(small, 24), cycles(small, 4));
}

TEST(cost, amx_makes_direct_faster_than_anything_else) {
    machine amx = zen5;
    amx.amx_int8 = true;
    const problem p = layer(1, 256, 56, 256);
    EXPECT_LT(direct_cycles(p, amx), direct_cycles(p, zen5) / 3);
    EXPECT_LT(direct_cycles(p, amx), winograd_cycles(p, amx, in_blocks_of(33, amx)));
}

TEST(cost, bytes_multiply_faster_and_mixed_components_are_in_between) {
    const problem p = layer(1, 256, 56, 256);
    plan chosen = in_blocks_of(33, zen5);
    const double all_wide = winograd_cycles(p, zen5, chosen);
    chosen.calibrated = true;
    chosen.numbers = {true, {}};
    const double bytes = winograd_cycles(p, zen5, chosen);
    chosen.numbers = {true, component_set(0xff)};
    const double some_wide = winograd_cycles(p, zen5, chosen);
    EXPECT_LT(bytes, 0.65 * all_wide);
    EXPECT_GT(some_wide, bytes);
    EXPECT_LT(some_wide, all_wide);
}

} // namespace
} // namespace winodnn
