#include "run/convolution.hpp"

#include "dispatch/dispatch.hpp"
#include "reference/reference.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(run);

problem layer(dim mb, dim ic, dim ih, dim iw, dim oc) {
    problem p;
    p.mb = mb;
    p.ic = ic;
    p.oc = oc;
    p.ih = p.oh = ih;
    p.iw = p.ow = iw;
    p.pad_t = p.pad_l = p.pad_b = p.pad_r = 1;
    p.dst = data_type::s32;
    return p;
}

// Sets the sizes of the destination; false if it would be empty.
bool fit_destination(problem &p) {
    p.oh = p.ih + p.pad_t + p.pad_b - (p.kh - 1) * p.dilation_h;
    p.ow = p.iw + p.pad_l + p.pad_r - (p.kw - 1) * p.dilation_w;
    return p.oh >= 1 && p.ow >= 1;
}

// Source, weights, reference and result of one convolution; every buffer ends at an unmapped page.
struct example {
    example(const problem &p, const plan &c)
        : p(p), chosen(c), src(static_cast<std::size_t>(p.src_extent())),
          weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps())), block(layout_for(p, c).bytes()) {
        std::mt19937 random(1);
        for (auto &x : src) x = static_cast<std::uint8_t>(random());
        for (auto &w : weights) w = static_cast<std::int8_t>(random());
    }
    void pack() {
        pack_weights(
                layout_for(p, chosen), weights.data(), block.data(), testing::std_threads(chosen.threads));
    }

    // The destination, whatever the plan.
    std::vector<std::int32_t> reference(std::int32_t zero_point = 0) const {
        std::vector<std::int32_t> expected(static_cast<std::size_t>(p.dst_extent()), untouched);
        run_args args;
        args.dst = expected.data();
        reference_store(p, args,
                reference_accumulators(p, src.data(), weights.data(), {&zero_point, data_type::s32}));
        return expected;
    }

    void expect_exact(const convolution &conv, std::int32_t zero_point = 0) const {
        expect(conv, reference(zero_point), zero_point);
    }

    void expect(const convolution &conv, const std::vector<std::int32_t> &expected,
            std::int32_t zero_point = 0) const {
        const testing::guarded_array<std::int32_t> dst(static_cast<std::size_t>(p.dst_extent()));
        std::fill_n(dst.data(), p.dst_extent(), untouched);
        const testing::guarded_array<std::byte> scratchpad(conv.scratchpad_bytes());
        run_args args;
        args.src = src.data();
        args.weights = check_block(layout_for(p, chosen), block.data()).value();
        args.dst = dst.data();
        args.src_zero_points = {&zero_point, data_type::s32};
        args.scratchpad = scratchpad.data();
        ASSERT_EQ(conv.execute(args, testing::std_threads(chosen.threads)), run_result::computed);
        for (std::size_t n = 0; n < expected.size(); ++n)
            ASSERT_EQ(dst[n], expected[n]) << to_string(p) << " at " << n;
    }

    problem p;
    plan chosen;
    testing::guarded_array<std::uint8_t> src;
    std::vector<std::int8_t> weights;
    testing::guarded_array<std::byte> block;

private:
    static constexpr std::int32_t untouched = 0x55555555;
};

void expect_exact(const problem &p, const plan &c) {
    example e(p, c);
    e.pack();
    e.expect_exact(convolution(p, c));
}

machine cores(isa i, int threads) {
    return {i, false, threads};
}

// The same with the tile's kernel.
problem layer_of(tile_id tile, problem p) {
    const winodnn::tile &t = tile_of(tile);
    p.kh = t.taps.rows;
    p.kw = t.taps.cols;
    p.pad_t = p.pad_b = p.kh / 2;
    p.pad_l = p.pad_r = p.kw / 2;
    return p;
}

TEST_P(run, any_blocking_and_any_threads) {
    for (const tile_id tile : all_tiles()) {
        const problem p = layer_of(tile, layer(2, 33, 13, 9, 145));
        std::vector<std::int32_t> expected; // the same for all of them
        for (const int threads : {1, 2, 3, 4}) {
            example e(p, plan_with_tile(p, cores(GetParam(), threads), tile));
            e.pack();
            if (expected.empty()) expected = e.reference();
            for (const dim tiles : {1, 5, 7, 11, 18, 23})
                for (const dim chunks : {1, 2}) {
                    e.chosen.tiles_per_block = tiles;
                    e.chosen.oc_chunks = chunks;
                    e.expect(convolution(p, e.chosen), expected);
                }
        }
    }
}

TEST_P(run, scales_one_after_the_other) {
    problem p = layer(1, 24, 9, 9, 40);
    p.dst = data_type::f32;
    p.src_scale = true;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    const plan c = plan_with_tile(p, cores(GetParam(), 1), tile_id::f4x4);
    example e(p, c);
    e.pack();
    const float src_scale = 0.3f;
    std::vector<float> weights_scale(40);
    for (std::size_t n = 0; n < weights_scale.size(); ++n)
        weights_scale[n] = 0.001f * static_cast<float>(n + 1);
    run_args args;
    args.src_scale = {&src_scale};
    args.weights_scale = {weights_scale.data()};
    const auto expected = [&](bool in_turn) {
        problem q = p;
        q.scales_in_turn = in_turn;
        std::vector<float> dst(static_cast<std::size_t>(p.dst_extent()));
        run_args as_expected = args;
        as_expected.dst = dst.data();
        reference_store(q, as_expected, reference_accumulators(p, e.src.data(), e.weights.data(), {}));
        return dst;
    };
    EXPECT_NE(expected(true), expected(false)); // their roundings differ
    for (const bool in_turn : {false, true}) {
        problem q = p;
        q.scales_in_turn = in_turn;
        const convolution conv(q, c);
        std::vector<float> dst(static_cast<std::size_t>(p.dst_extent()));
        const testing::guarded_array<std::byte> scratchpad(conv.scratchpad_bytes());
        args.src = e.src.data();
        args.weights = check_block(layout_for(p, c), e.block.data()).value();
        args.dst = dst.data();
        args.scratchpad = scratchpad.data();
        ASSERT_EQ(conv.execute(args, testing::std_threads(1)), run_result::computed);
        EXPECT_EQ(dst, expected(in_turn));
    }
}

// One to seventeen pixels a side, every padding.
TEST_P(run, any_image) {
    for (const tile_id tile : all_tiles())
        for (const dim ih : {1, 2, 3, 4, 5, 6, 7, 8, 11, 17})
            for (const dim iw : {1, 2, 3, 5, 6, 9, 10, 16})
                for (const unsigned padding : {0u, 5u, 10u, 15u}) { // a bit a side
                    problem p = layer_of(tile, layer(1, 17, ih, iw, 18));
                    p.pad_t *= padding & 1u;
                    p.pad_l *= padding >> 1 & 1u;
                    p.pad_b *= padding >> 2 & 1u;
                    p.pad_r *= padding >> 3;
                    if (!fit_destination(p)) continue;
                    expect_exact(p, plan_with_tile(p, cores(GetParam(), 1), tile));
                }
}

// Tiles of every d-th pixel; with much padding most tiles, or all inputs of some, lie in it.
TEST_P(run, dilated_with_any_padding) {
    for (const tile_id tile : all_tiles())
        for (const dim dilation : {2, 4, 6, 12})
            for (const dim size : {1, 3, 7, 14, 17})
                for (const dim padding : {dim {0}, dim {1}, dilation, 2 * dilation}) {
                    problem p = layer_of(tile, layer(2, 19, size, size + 2, 18));
                    p.dilation_h = dilation;
                    p.dilation_w = dilation / 2;
                    p.pad_t = padding;
                    p.pad_l = p.pad_b = padding / 2;
                    p.pad_r = padding;
                    if (!fit_destination(p)) continue;
                    expect_exact(p, plan_with_tile(p, cores(GetParam(), 2), tile));
                }
}

TEST_P(run, groups) {
    for (const dim groups : {1, 2, 3})
        for (const auto &[ic, oc] : {std::pair<dim, dim> {16, 16}, {17, 35}, {40, 70}})
            for (const int threads : {1, 2, 4}) {
                problem p = layer(2, groups * ic, 9, 10, groups * oc);
                p.groups = groups;
                const plan c = plan_with_tile(p, cores(GetParam(), threads), tile_id::f4x4);
                expect_exact(p, c);
            }
}

// What lies between the views' pixels is neither read (its values would show) nor written.
TEST_P(run, views_into_bigger_tensors) {
    for (const dim groups : {0, 2})
        for (const dim gap : {0, 1, 50}) {
            problem p = layer(2, 34, 7, 6, 46);
            p.groups = groups;
            const auto view = [&](dim channels, dim w, dim h) {
                const dim pixel = channels + gap, row = w * pixel + 3 * gap;
                return nhwc_strides {h * row + gap, row, pixel};
            };
            p.src_view = view(p.ic, p.iw, p.ih);
            p.dst_view = view(p.oc, p.ow, p.oh);
            const plan c = plan_with_tile(p, cores(GetParam(), 2), tile_id::f4x4);
            expect_exact(p, c);
        }
}

// All weights as large as they get: the channels fall into parts, whose sums cancel or pile up.
TEST_P(run, split_channels) {
    const problem p = layer(1, 517, 6, 5, 21);
    const plan c = plan_with_tile(p, cores(GetParam(), 2), tile_id::f4x4);
    const convolution conv(p, c);
    for (const int pattern : {0, 1, 2}) {
        example e(p, c);
        for (std::size_t n = 0; n < e.weights.size(); ++n)
            e.weights[n] = static_cast<std::int8_t>(pattern == 0   ? -128
                                                    : pattern == 1 ? 127
                                                    : n % 2        ? 127
                                                                   : -128);
        for (auto &x : e.src) x = 255;
        e.pack();
        EXPECT_GT(part_count(e.block.data()), 2u);
        e.expect_exact(conv);
    }
}

// Zero points far outside the type too, as far as 16 bits reach: V is at most 100 times the largest value.
TEST_P(run, zero_points_and_their_limits) {
    for (const data_type src : {data_type::u8, data_type::s8}) {
        problem p = layer(1, 40, 8, 8, 20); // of whole tiles
        p.src = src;
        p.src_zero_point = true;
        const plan c = plan_with_tile(p, cores(GetParam(), 1), tile_id::f4x4);
        const convolution conv(p, c);
        example e(p, c);
        e.pack();
        const std::int32_t lowest = src == data_type::u8 ? 0 : -128, highest = lowest + 255;
        constexpr std::int32_t most = 32767 / 100;
        for (const std::int32_t zero_point :
                {lowest, 3, highest, lowest - 1, highest + 1, highest - most, lowest + most})
            e.expect_exact(conv, zero_point);
        std::vector<std::byte> scratchpad(conv.scratchpad_bytes());
        for (const std::int32_t outside :
                {highest - most - 1, lowest + most + 1, 1 << 30, std::numeric_limits<std::int32_t>::min()}) {
            run_args args;
            args.src = e.src.data();
            args.weights = check_block(layout_for(p, c), e.block.data()).value();
            args.src_zero_points = {&outside, data_type::s32};
            args.scratchpad = scratchpad.data();
            EXPECT_EQ(conv.execute(args, testing::std_threads(2)), run_result::beyond_proof) << outside;
        }
    }
}

// Where the accumulators of a part come as near to their limit as they may, a zero point outside the type
// takes them over it.
TEST_P(run, zero_points_outside_the_type_need_room_in_the_sums) {
    problem p = layer(1, 512, 4, 4, 16);
    p.src_zero_point = true;
    const plan c = plan_with_tile(p, cores(GetParam(), 1), tile_id::f4x4);
    const convolution conv(p, c);
    example e(p, c);
    // 255 times the sum of the magnitudes is just below the limit, 256 times above.
    const std::int64_t limit = std::int64_t {1} << 25;
    std::int64_t left = (limit - 1) / 255;
    for (dim n = 0; n < 512 * 9; ++n, left -= std::min<std::int64_t>(left, 127))
        e.weights[static_cast<std::size_t>(n)] = static_cast<std::int8_t>(std::min<std::int64_t>(left, 127));
    for (std::size_t n = 512 * 9; n < e.weights.size(); ++n) e.weights[n] = static_cast<std::int8_t>(n % 3);
    for (auto &x : e.src) x = 255;
    e.pack();
    EXPECT_EQ(part_count(e.block.data()), 1u);
    e.expect_exact(conv, 0);
    e.expect_exact(conv, 255);
    const std::int32_t outside = -1;
    std::vector<std::byte> scratchpad(conv.scratchpad_bytes());
    run_args args;
    args.src = e.src.data();
    args.weights = check_block(layout_for(p, c), e.block.data()).value();
    args.src_zero_points = {&outside, data_type::s32};
    args.scratchpad = scratchpad.data();
    EXPECT_EQ(conv.execute(args, lone_thread()), run_result::beyond_proof);
    // 1/256 less is enough.
    for (std::size_t n = 0; n < 1000; ++n) --e.weights[n];
    e.pack();
    e.expect_exact(conv, -1);
}

TEST_P(run, one_convolution_from_several_threads) {
    const problem p = layer(1, 64, 20, 20, 80);
    const plan c = plan_with_tile(p, cores(GetParam(), 2), tile_id::f4x4);
    const convolution conv(p, c);
    example e(p, c);
    e.pack();
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int round = 0; round < 3; ++round) e.expect_exact(conv);
        });
    for (auto &t : threads) t.join();
}

} // namespace
} // namespace winodnn
