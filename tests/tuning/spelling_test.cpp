#include "tuning/spelling.hpp"

#include "dispatch/candidates.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <set>

namespace winodnn {
namespace {

problem sample() {
    problem p;
    p.mb = 2;
    p.ic = 32;
    p.oc = 64;
    p.ih = p.oh = 28;
    p.iw = p.ow = 14;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    return p;
}

TEST(spelling, of_plans_tells_all_candidates_apart) {
    EXPECT_EQ(spelled(plan {tile_id::f4x4, isa::avx2, 24, 2}), "f4x4:tiles24:chunks2");
    EXPECT_EQ(spelled(plan {.tile = tile_id::f2x2, .tiles_per_block = 9, .mixed = false}),
            "f2x2:tiles9:chunks1:whole");
    std::set<std::string> seen;
    for (const prediction &c : candidates(sample(), {isa::avx2, false, 3}))
        EXPECT_TRUE(seen.insert(spelled(c.plan)).second) << spelled(c.plan);
}

TEST(spelling, of_problems_is_readable) {
    problem p = sample();
    EXPECT_EQ(spelled(p), "mb2_ic32oc64_ih28oh28kh3sh1dh0ph1_iw14ow14kw3sw1dw0pw1 src:u8 dst:u8");
    p.bias = data_type::f32;
    p.src_scale = p.dst_scale = p.dst_zero_point = true;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    p.dst_view = nhwc_strides {100000, 2000, 128};
    p.post_ops = {{.op = post_op::kind::sum, .type = data_type::s8}, {.op = post_op::kind::relu}};
    EXPECT_EQ(spelled(p),
            "mb2_ic32oc64_ih28oh28kh3sh1dh0ph1_iw14ow14kw3sw1dw0pw1 src:u8 dst:u8:100000,2000,128 bias:f32 "
            "src_scale weights_scale:per_oc dst_scale dst_zero_point sum:s8 relu");
}

// Each change is one that can change the time.
TEST(spelling, of_problems_tells_apart_what_differs_in_time) {
    using change = std::function<void(problem &)>;
    const auto with = [](post_op op) { return [op](problem &p) { p.post_ops = {op}; }; };
    const change changes[] = {
            [](problem &) {},
            [](problem &p) { p.mb = 3; },
            [](problem &p) { p.groups = 2; },
            [](problem &p) { p.oc = 48; },
            [](problem &p) { p.pad_t = 0, p.oh = 27; },
            [](problem &p) { p.src = data_type::s8; },
            [](problem &p) { p.dst = data_type::f32; },
            [](problem &p) { p.bias = data_type::s32; },
            [](problem &p) {
                p.src_view = nhwc_strides {50000, 1000, 64};
            },
            [](problem &p) { p.src_scale = true; },
            [](problem &p) { p.weights_scale = problem::weights_scale_kind::common; },
            [](problem &p) { p.weights_scale = problem::weights_scale_kind::per_oc; },
            [](problem &p) { p.dst_scale = true; },
            [](problem &p) { p.dst_scale = p.dst_scale_per_oc = true; },
            [](problem &p) { p.src_zero_point = true; },
            [](problem &p) { p.src_zero_point = p.src_zero_point_per_ic = true; },
            [](problem &p) { p.dst_zero_point = true; },
            with({.op = post_op::kind::relu}),
            with({.op = post_op::kind::relu, .alpha = 0.1f}),
            with({.op = post_op::kind::clip}),
            with({.op = post_op::kind::sum}),
            with({.op = post_op::kind::sum, .zero_point = 3}),
            with({.op = post_op::kind::staged, .function = 5}),
            with({.op = post_op::kind::staged, .function = 6}),
            with({.op = post_op::kind::prelu, .type = data_type::f32}),
            with({.op = post_op::kind::binary_add, .type = data_type::f32}),
            with({.op = post_op::kind::binary_add, .type = data_type::s8}),
            with({.op = post_op::kind::binary_add, .operand = post_op::broadcast::per_oc}),
            with({.op = post_op::kind::binary_add,
                    .operand = post_op::broadcast::none,
                    .operand_strides = {28 * 14 * 64, 14 * 64, 64}}),
    };
    std::set<std::string> seen;
    for (const change &apply : changes) {
        problem p = sample();
        apply(p);
        EXPECT_TRUE(seen.insert(spelled(p)).second) << spelled(p);
    }
    // A view that is none.
    problem dense = sample();
    dense.src_view = dense.src_strides();
    EXPECT_EQ(spelled(dense), spelled(sample()));
}

TEST(spelling, of_the_cpu_is_its_name) {
    const std::string name = cpu_model();
    EXPECT_FALSE(name.empty());
    EXPECT_NE(name.front(), ' ');
    EXPECT_NE(name.back(), ' ');
    EXPECT_EQ(name, cpu_model());
}

} // namespace
} // namespace winodnn
