// Convolutions at the limits of src/problem/limits.hpp: their kernels can be generated, which would throw if
// a displacement did not fit 32 bits. None is executed, so that no memory is needed.
#include "run/convolution.hpp"

#include "dispatch/candidates.hpp"
#include "problem/limits.hpp"
#include "support/isa_sweep.hpp"
#include "support/layer.hpp"
#include "support/quantizers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace winodnn {
namespace {

using testing::layer;

std::string limit_of(const problem &p) {
    const expected<void> within = check_limits(p);
    if (within) return "";
    EXPECT_EQ(within.error().reason(), refusal_reason::limit);
    return within.error().text();
}

const machine core {isa::avx2, false, 1};

// All tiles, exact and in 8 bits where they serve.
void expect_kernels(const problem &p) {
    int made = 0;
    for (const tile_id tile : all_tiles())
        for (const bool calibrated : {false, true}) {
            if (calibrated ? !serves_quantized(tile, p) : !serves(tile, p)) continue;
            const number_system numbers = calibrated ? number_system {true, component_set {1}} : exact;
            const plan chosen = plan_with_tile(p, core, tile, calibrated, numbers);
            EXPECT_NO_THROW(convolution(
                    p, chosen, calibrated ? testing::quantizers_of(p, chosen) : class_quantizers {}))
                    << tile_of(tile).name << ' ' << calibrated;
            ++made;
        }
    EXPECT_GE(made, 18);
}

TEST(limits, input_channels_of_a_group) {
    problem p = layer(1, most_group_ic, 6, 16);
    EXPECT_EQ(limit_of(p), "");
    expect_kernels(p);
    ++p.ic;
    EXPECT_EQ(limit_of(p), "more input channels in a group than 32-bit displacements reach");
    p = layer(1, 2 * most_group_ic, 6, 32);
    p.groups = 2;
    EXPECT_EQ(limit_of(p), "");
}

TEST(limits, output_channels_of_all_groups) {
    problem p = layer(1, 16, 5, most_oc);
    p.bias = data_type::f32;
    p.dst_scale = p.dst_zero_point = true;
    EXPECT_EQ(limit_of(p), "");
    expect_kernels(p);
    ++p.oc;
    EXPECT_EQ(limit_of(p), "more output channels than 32-bit displacements reach");
}

TEST(limits, rows) {
    problem p = layer(1, 16, 6, 16);
    p.dst = data_type::s32;
    p.post_ops = {{.op = post_op::kind::binary_add,
            .type = data_type::f32,
            .operand = post_op::broadcast::none,
            .operand_strides = {8 * longest_row, longest_row, 16}}};
    p.src_view = p.dst_view = nhwc_strides {8 * longest_row, longest_row, longest_row / 6};
    EXPECT_EQ(limit_of(p), "");
    expect_kernels(p);
    const std::string reason = "rows too long for 32-bit displacements";
    problem other = p;
    ++other.src_view->h;
    EXPECT_EQ(limit_of(other), reason);
    other = p;
    ++other.dst_view->h;
    EXPECT_EQ(limit_of(other), reason);
    other = p;
    ++other.post_ops[0].operand_strides.h;
    EXPECT_EQ(limit_of(other), reason);
}

TEST(limits, post_ops) {
    problem p = layer(1, 16, 6, 16);
    p.post_ops.resize(
            most_post_ops, {.op = post_op::kind::binary_add, .operand = post_op::broadcast::per_oc});
    EXPECT_EQ(limit_of(p), "");
    expect_kernels(p);
    p.post_ops.push_back({});
    EXPECT_EQ(limit_of(p), "more than 32 post-ops");
}

TEST(limits, output_pixels) {
    problem p = layer(most_output_pixels / 16, 16, 4, 16);
    EXPECT_EQ(limit_of(p), "");
    ++p.mb;
    EXPECT_EQ(limit_of(p), "more output pixels than are laid out in tiles");
    p = layer(1, 16, 4, 16);
    p.ih = p.oh = most_rows;
    EXPECT_EQ(limit_of(p), "");
    ++p.oh;
    EXPECT_EQ(limit_of(p), "more output pixels than are laid out in tiles");
}

// One product more, and a sum of 255 * 127 could leave 32 bits.
TEST(limits, products_of_a_quantized_sum) {
    const problem most = layer(1, most_quantized_products, 6, 16), more = layer(1, most.ic + 1, 6, 16);
    EXPECT_TRUE(serves_quantized(tile_id::f4x4, most));
    EXPECT_FALSE(serves_quantized(tile_id::f1x4, most)); // adds up three products a channel
    EXPECT_FALSE(serves_quantized(tile_id::f4x4, more));
    EXPECT_TRUE(serves(tile_id::f4x4, more));
}

// Whatever CPUID says of L2.
TEST(limits, blocks_are_within_reach_however_large_l2_is) {
    machine huge = core;
    for (const std::size_t l2 : {std::size_t {1} << 31, std::size_t {1} << 40, ~std::size_t {0}}) {
        huge.cache.l2 = l2;
        const problem p = layer(1, 400'000, 96, 16);
        for (const prediction &c : candidates(p, huge, however_slow))
            EXPECT_LE(workspace_bytes_for(p, c.plan), static_cast<std::size_t>(most_displacement))
                    << l2 << ' ' << tile_of(c.plan.tile).name << ' ' << c.plan.tiles_per_block;
    }
}

} // namespace
} // namespace winodnn
