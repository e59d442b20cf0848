// Quantized convolutions against the scalar model of their arithmetic.
#include "dispatch/dispatch.hpp"
#include "plan/workspace.hpp"
#include "reference/reference.hpp"
#include "run/convolution.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/quantized_block.hpp"
#include "support/quantizers.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"
#include "weights/quantized_weights.hpp"

#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(quantized);

machine cores(isa i, int threads) {
    return {i, false, threads};
}

problem layer_of(tile_id tile, dim ic, dim ih, dim iw, dim oc) {
    const winodnn::tile &t = tile_of(tile);
    problem p;
    p.mb = 1;
    p.ic = ic;
    p.oc = oc;
    p.ih = ih;
    p.iw = iw;
    p.kh = t.taps.rows;
    p.kw = t.taps.cols;
    p.pad_t = p.pad_b = p.kh / 2;
    p.pad_l = p.pad_r = p.kw / 2;
    p.oh = ih;
    p.ow = iw;
    p.dst = data_type::f32;
    return p;
}

enum class pattern { random, all_high, alternating, single, dim_half };

struct example {
    example(const problem &p, const plan &c, double ratio, pattern fill)
        : p(p), chosen(c), layout(layout_for(p, c)), quantizers(testing::quantizers_of(p, c, ratio)),
          src(static_cast<std::size_t>(p.src_extent())),
          weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps())), block(layout.bytes()) {
        std::mt19937 random(1);
        std::size_t n = 0;
        for (auto &x : src) {
            const unsigned byte = random() & 255u;
            x = static_cast<std::uint8_t>(fill == pattern::random ? byte
                                          : fill == pattern::dim_half
                                                  ? byte & (2 * n < src_size() ? 3u : 255u)
                                          : fill == pattern::single   ? (n == src_size() / 2 ? 255 : 0)
                                          : fill == pattern::all_high ? (p.src == data_type::u8 ? 255 : 0x80)
                                                                      : (n % 2 == 0 ? 255 : 0));
            ++n;
        }
        n = 0;
        for (auto &w : weights) {
            const auto byte = static_cast<std::int8_t>(random());
            w = static_cast<std::int8_t>(fill == pattern::random || fill == pattern::dim_half ? byte
                                         : fill == pattern::alternating ? (n % 2 == 0 ? 127 : -128)
                                                                        : -128);
            ++n;
        }
        const std::vector<float> exactly(weights.begin(), weights.end());
        pack_quantized_weights(layout, c.numbers.wide, exactly.data(), weights.data(), block.data(),
                testing::std_threads(c.threads));
    }

    std::size_t src_size() const { return static_cast<std::size_t>(p.src_extent()); }

    // f32 rounds once for the scale of each of M, and at most once for each addition of two transforms.
    void expect_model(const std::vector<std::int32_t> &zero_points = {0}) const {
        const convolution conv(p, chosen, quantizers);
        const testing::guarded_array<float> dst(static_cast<std::size_t>(p.dst_extent()));
        const testing::guarded_array<std::byte> scratchpad(conv.scratchpad_bytes());
        run_args args;
        args.src = src.data();
        args.weights = check_block(layout, block.data()).value();
        args.dst = dst.data();
        args.src_zero_points = {zero_points.data(), data_type::s32};
        args.scratchpad = scratchpad.data();
        ASSERT_EQ(conv.execute(args, testing::std_threads(chosen.threads)), run_result::computed);
        std::vector<int> of_channels = zero_points;
        of_channels.resize(static_cast<std::size_t>(p.ic), zero_points.front());
        const quantized_outputs expected =
                reference_quantized(p, layout.shape(), chosen.mixed, chosen.numbers, quantizers, src.data(),
                        of_channels, testing::read_quantized(layout, block.data()));
        for (std::size_t n = 0; n < expected.y.size(); ++n)
            ASSERT_NEAR(dst[n], expected.y[n], 16 * 0x1p-24 * expected.magnitudes[n])
                    << to_string(p) << " " << layout.shape().name << " at " << n;
    }

    // In dB, of these rows of the image.
    double signal_to_noise(dim first_row, dim last_row) const {
        const quantized_outputs model = reference_quantized(p, layout.shape(), chosen.mixed, chosen.numbers,
                quantizers, src.data(), std::vector<int>(static_cast<std::size_t>(p.ic)),
                testing::read_quantized(layout, block.data()));
        const std::vector<std::int32_t> truth = reference_accumulators(p, src.data(), weights.data());
        double signal = 0, noise = 1e-9;
        for (dim at = first_row * p.ow * p.oc; at < last_row * p.ow * p.oc; ++at) {
            const auto n = static_cast<std::size_t>(at);
            signal += double(truth[n]) * truth[n];
            noise += (model.y[n] - truth[n]) * (model.y[n] - truth[n]);
        }
        return 10 * std::log10(signal / noise);
    }

    problem p;
    plan chosen;
    weights_layout layout;
    class_quantizers quantizers;
    testing::guarded_array<std::uint8_t> src;
    std::vector<std::int8_t> weights;
    testing::guarded_array<std::byte> block;
};

plan quantized_plan(
        const problem &p, isa i, int threads, tile_id tile, const component_set &wide, bool mixed = true) {
    plan chosen =
            plan_with_tile(p, cores(i, threads), tile, true, {true, wide & all_components(tile_of(tile))});
    chosen.mixed = mixed;
    return chosen;
}

const component_set masks[] = {
        component_set {}, component_set {0b101101}, component_set::first(most_components)};

TEST_P(quantized, every_tile_and_mask) {
    for (const tile_id tile : all_tiles())
        for (const component_set wide : masks)
            for (const data_type src : {data_type::u8, data_type::s8}) {
                problem p = layer_of(tile, 37, 9, 10, 70);
                p.src = src;
                for (const bool mixed : {false, true}) {
                    const plan c = quantized_plan(p, GetParam(), 2, tile, wide, mixed);
                    example(p, c, 4, pattern::random).expect_model();
                }
            }
}

TEST_P(quantized, worst_patterns) {
    for (const tile_id tile : {tile_id::f4x4, tile_id::f4x4h, tile_id::f1x4, tile_id::f2x2, tile_id::column4,
                 tile_id::sfc4x4k5})
        for (const component_set wide : masks)
            for (const pattern fill : {pattern::all_high, pattern::alternating, pattern::single})
                for (const double ratio : {1., 7., 1000.}) {
                    const problem p = layer_of(tile, 160, 5, 6, 17);
                    example(p, quantized_plan(p, GetParam(), 1, tile, wide), ratio, fill).expect_model();
                }
}

// A tile of small values has steps of its own: its outputs are as accurate as those of one of large values.
TEST_P(quantized, small_values_beside_large_ones) {
    for (const tile_id tile : {tile_id::f2x2, tile_id::f4x4, tile_id::sfc4x4, tile_id::sfc6x6})
        for (const component_set wide : masks) {
            problem p = layer_of(tile, 35, 24, 12, 18);
            p.src = data_type::s8;
            const plan c = quantized_plan(p, GetParam(), 2, tile, wide);
            const example e(p, c, 6, pattern::dim_half);
            e.expect_model();
            // Components in 16 bits have steps for the whole image. In 8 bits it would be some 38 dB less
            // with such.
            if (all_components(tile_of(tile)).is_within(wide)) continue;
            EXPECT_GE(e.signal_to_noise(0, 6), e.signal_to_noise(18, 24) - 6)
                    << tile_of(tile).name << " on " << name_of(c.isa);
        }
}

TEST_P(quantized, zero_points_groups_batches_and_blocks) {
    for (const tile_id tile : {tile_id::f4x4, tile_id::f3x3, tile_id::f1x4h})
        for (const dim groups : {0, 2})
            for (const dim tiles : {1, 4, 7}) {
                problem p = layer_of(tile, 40, 11, 7, 48);
                p.mb = 2;
                p.groups = groups;
                p.src_zero_point = true;
                plan c = quantized_plan(p, GetParam(), 3, tile, component_set {0b10});
                c.tiles_per_block = tiles;
                c.oc_chunks = 1 + tiles % 2;
                example(p, c, 3, pattern::random).expect_model({113});
            }
}

// What is read of the source twice has its zero points twice.
TEST_P(quantized, zero_points_of_tiles_that_are_transformed_twice) {
    problem p = layer_of(tile_id::f4x4, 320, 9, 6, 16);
    p.src_zero_point = true;
    const plan c = quantized_plan(p, GetParam(), 2, tile_id::f4x4, component_set {0b10});
    ASSERT_EQ(workspace(p, c, block_map(p, c)).input_scratch_stride, 0);
    example(p, c, 3, pattern::random).expect_model({113});
    p.src_zero_point_per_ic = true;
    std::vector<std::int32_t> zero_points;
    for (dim ic = 0; ic < p.ic; ++ic) zero_points.push_back(static_cast<std::int32_t>(ic * 7 % 256));
    example(p, quantized_plan(p, GetParam(), 2, tile_id::f4x4, component_set {0b10}), 3, pattern::random)
            .expect_model(zero_points);
}

TEST_P(quantized, dilated) {
    for (const tile_id tile : {tile_id::f4x4, tile_id::f3x3, tile_id::f4x1, tile_id::row4h})
        for (const dim dilation : {2, 4}) {
            problem p = layer_of(tile, 33, 13, 10, 18);
            p.dilation_h = p.dilation_w = dilation;
            p.pad_t *= dilation;
            p.pad_b *= dilation;
            p.pad_l *= dilation;
            p.pad_r *= dilation;
            example(p, quantized_plan(p, GetParam(), 2, tile, component_set {0b100}), 4, pattern::random)
                    .expect_model();
        }
}

// A layout for calibrated weights holds exact ones as well.
TEST_P(quantized, exact_weights_in_the_same_layout) {
    for (const tile_id tile : {tile_id::f4x4, tile_id::f1x3}) {
        problem p = layer_of(tile, 19, 9, 9, 33);
        p.dst = data_type::s32;
        const plan c = plan_with_tile(p, cores(GetParam(), 1), tile, true);
        example e(p, quantized_plan(p, GetParam(), 1, tile, {}), 1, pattern::random);
        std::vector<std::int8_t> back(e.weights.size());
        unpack_weights(e.layout, check_block(e.layout, e.block.data()).value(), back.data(), lone_thread());
        EXPECT_EQ(back, e.weights);
        pack_weights(e.layout, e.weights.data(), e.block.data(), lone_thread());
        const convolution conv(p, c);
        std::vector<std::int32_t> dst(static_cast<std::size_t>(p.dst_extent()));
        std::vector<std::byte> scratchpad(conv.scratchpad_bytes());
        run_args args;
        args.src = e.src.data();
        args.weights = check_block(e.layout, e.block.data()).value();
        args.dst = dst.data();
        args.scratchpad = scratchpad.data();
        ASSERT_EQ(conv.execute(args, lone_thread()), run_result::computed);
        EXPECT_EQ(dst, reference_accumulators(p, e.src.data(), e.weights.data()));
    }
}

} // namespace
} // namespace winodnn
