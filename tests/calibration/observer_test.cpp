#include "calibration/observer.hpp"

#include "calibration/samples.hpp"
#include "dispatch/calibrated_choice.hpp"
#include "isa/isa.hpp"
#include "reference/reference.hpp"
#include "run/convolution.hpp"
#include "weights/quantized_weights.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace winodnn {
namespace {

using testing::layer_samples;

isa best_isa() {
    isa best = isa::avx2;
    for (const isa i : all_isas)
        if (cpu_has(i)) best = i;
    return best;
}

// Of the convolution itself, on what was observed; `truth` are its accumulators.
double measured_snr(const layer_samples &s, const std::vector<std::int32_t> &truth,
        const layer_calibration &c, tile_id tile, const component_set &wide, isa i, bool mixed) {
    const number_system numbers {true, wide};
    plan chosen = plan_of(c, s.p, plan_with_tile(s.p, {i, false, 1}, tile, true, numbers), numbers);
    chosen.mixed = chosen.mixed && mixed;
    const weights_layout layout = layout_for(s.p, chosen);
    const std::vector<float> weights(s.weights.begin(), s.weights.end());
    std::vector<std::byte> block(layout.bytes());
    pack_quantized_weights(layout, wide, weights.data(), s.weights.data(), block.data(), lone_thread());
    const convolution conv(s.p, chosen,
            quantizers_for(c, tile_of(tile), pieces_of(s.p, tile_of(tile), chosen.mixed), wide,
                    source_range(s.p), narrow_limit_of(i)));
    std::vector<std::byte> scratchpad(conv.scratchpad_bytes());
    std::vector<float> dst(static_cast<std::size_t>(s.p.dst_extent()));
    run_args args;
    args.src = s.source.data();
    args.weights = check_block(layout, block.data()).value();
    args.dst = dst.data();
    args.scratchpad = scratchpad.data();
    EXPECT_EQ(conv.execute(args, lone_thread()), run_result::computed);
    double signal = 0, noise = 0;
    for (std::size_t n = 0; n < dst.size(); ++n) {
        signal += double(truth[n]) * truth[n];
        noise += (dst[n] - double(truth[n])) * (dst[n] - double(truth[n]));
    }
    return 10 * std::log10(signal / noise);
}

// In dB, of whole tiles: it is measured on a sample. Components are taken to 16 bits for the whole tile's
// noise; what that does to pieces at the edge, which have other errors, is not predicted.
constexpr double tolerance = 1, tolerance_with_pieces = 2;
// The level of a tile does not depend on components in 16 bits, so that the others can be finer than
// predicted.
constexpr double tolerance_with_wide = 4;

// What plans are made by is what comes out: for each tile, all in 8 bits and with a target.
TEST(observer, predicts_the_noise_of_the_convolution) {
    for (const auto &[kh, kw] : {std::pair<dim, dim> {3, 3}, {5, 5}, {1, 3}, {3, 1}}) {
        const layer_samples s(2, 32, 14, 24, kh, kw);
        const layer_calibration c = s.observed(scale_choice::mse);
        const auto truth = reference_accumulators(s.p, s.source.data(), s.weights.data());
        EXPECT_GE(c.tiles.size(), 4u);
        for (const isa i : {isa::avx2, best_isa()}) {
            const int limit = narrow_limit_of(i);
            for (const tile_calibration &t : c.tiles) {
                const tile_id id = t.tile.id;
                if (t.tile.outputs != tile_of(id).outputs) continue; // of pieces
                const auto expect = [&](const component_set &wide) {
                    const double predicted = t.snr(wide, limit);
                    const double measured = measured_snr(s, truth, c, id, wide, i, false);
                    EXPECT_GE(measured, predicted - tolerance) << tile_of(id).name;
                    EXPECT_LE(measured, predicted + (wide.empty() ? tolerance : tolerance_with_wide))
                            << tile_of(id).name;
                    EXPECT_GE(measured_snr(s, truth, c, id, wide, i, true), predicted - tolerance_with_pieces)
                            << tile_of(id).name;
                };
                expect({});
                constexpr double target = 40;
                const std::optional<component_set> wide = t.wide_for(target, limit);
                ASSERT_TRUE(wide) << tile_of(id).name;
                EXPECT_GE(t.snr(*wide, limit), target);
                expect(*wide);
            }
        }
    }
}

TEST(observer, wider_is_never_noisier_and_no_component_is_taken_for_nothing) {
    const layer_calibration c = layer_samples(1, 32, 12, 16, 3, 3).observed(scale_choice::max);
    for (const tile_calibration &t : c.tiles) {
        int before = 0;
        for (double target = 0; target < 60; target += 2) {
            const auto wide = t.wide_for(target, narrow_limit);
            if (!wide) break;
            EXPECT_GE(wide->count(), before);
            before = wide->count();
            EXPECT_TRUE(wide->empty() || t.snr({}, narrow_limit) < target);
        }
        EXPECT_FALSE(t.wide_for(500, narrow_limit));
    }
}

// One scale for all components is what int8 Winograd lost its accuracy by.
TEST(observer, own_scales_are_better_than_a_global_one) {
    const layer_samples s(2, 32, 14, 24, 3, 3);
    const layer_calibration global = s.observed(scale_choice::global), own = s.observed(scale_choice::mse);
    const auto snr = [](const layer_calibration &c) { return c.find(tile_id::f4x4)->snr({}, narrow_limit); };
    EXPECT_GT(snr(own), snr(global) + 6);
}

TEST(observer, zero_points_and_signed_sources) {
    layer_samples s(1, 16, 9, 16, 3, 3, data_type::s8);
    s.p.src_zero_point = true;
    observer o(s.p, key_of(s.p, 1, {20}), s.weights);
    o.observe(s.p, s.source.data());
    const layer_calibration c = o.finish(scale_choice::max);
    EXPECT_EQ(c.zero_points, zero_point_list {20});
    EXPECT_EQ(c.find(tile_id::f4x4h), nullptr); // its transform leaves 16 bits there
    // The one component of F(2x2) that sums four pixels with positive signs, which are -148 .. 107 each.
    EXPECT_LE(c.find(tile_id::f2x2)->components[5].range, 4 * 148);
    EXPECT_GT(c.find(tile_id::f2x2)->components[5].range, 148);
}

TEST(observer, sizes_are_noted_once_and_not_for_ever) {
    layer_samples s(1, 16, 40, 16, 3, 3);
    observer o(s.p, key_of(s.p, 1), s.weights);
    for (const dim rows : {40, 20, 20, 40}) {
        s.p.ih = s.p.oh = rows;
        o.observe(s.p, s.source.data());
    }
    EXPECT_EQ(o.finish(scale_choice::max).sizes,
            (std::vector<observed_size> {{1, 40, 40, 40, 40}, {1, 20, 40, 20, 40}}));
    for (s.p.ih = s.p.oh = 2; s.p.ih < 20; s.p.ih = s.p.oh = s.p.ih + 1) o.observe(s.p, s.source.data());
    EXPECT_EQ(o.finish(scale_choice::max).sizes.size(), observer::sizes_kept);
}

// A single pixel in a large image is in hardly any of the patches that are drawn evenly.
TEST(observer, what_is_rare_is_seen) {
    layer_samples s(1, 16, 150, 16, 3, 3);
    for (const dim side : {3, 77, 149}) {
        std::ranges::fill(s.source, std::uint8_t {1});
        s.source[static_cast<std::size_t>((side * s.p.iw + side) * s.p.ic + 5)] = 255;
        observer o(s.p, key_of(s.p, 1), s.weights);
        o.observe(s.p, s.source.data());
        const layer_calibration c = o.finish(scale_choice::max);
        for (const tile_id id : {tile_id::f2x2, tile_id::f4x4, tile_id::sfc4x4, tile_id::sfc6x6}) {
            double widest = 0;
            for (const component_calibration &component : c.find(id)->components)
                widest = std::max(widest, component.range);
            EXPECT_GE(widest, 254) << tile_of(id).name << " at " << side;
        }
    }
}

// Dead or flat sources, of which all sums are 0, say nothing of the noise: no target is met, so that such
// layers stay exact.
TEST(observer, no_target_is_met_without_a_signal) {
    for (const int value : {0, 77}) {
        layer_samples s(1, 16, 20, 16, 3, 3);
        std::ranges::fill(s.source, static_cast<std::uint8_t>(value));
        s.p.pad_t = s.p.pad_b = s.p.pad_l = s.p.pad_r = 0;
        s.p.oh = s.p.ow = 18;
        for (std::size_t n = 0; n < s.weights.size(); ++n)
            s.weights[n] = static_cast<std::int8_t>(n % 2 == 0 ? 100 : -100); // an even number in each filter
        const layer_calibration c = s.observed(scale_choice::mse);
        for (const tile_calibration &t : c.tiles)
            for (const int limit : {narrow_limit, narrow_limit_without_dot_product}) {
                EXPECT_FALSE(t.wide_for(20, limit)) << tile_of(t.tile.id).name << " of " << value;
                EXPECT_LT(t.snr({}, limit), 0);
            }
    }
}

// Of a dark picture with few bright spots, most noise is in the spots, which are sampled apart; it has to
// count as what it is of the whole picture, which is more than what is kept.
TEST(observer, predicts_the_noise_of_pictures_with_spots) {
    layer_samples s(1, 16, 120, 16, 3, 3);
    for (dim n = 0; n < 120 * 120; ++n)
        for (dim ic = 0; ic < 16; ++ic) {
            std::uint8_t &value = s.source[static_cast<std::size_t>(n * 16 + ic)];
            if (n % 120 > 12 || n / 120 > 100) value = static_cast<std::uint8_t>(value / 40);
        }
    const layer_calibration c = s.observed(scale_choice::mse);
    const auto truth = reference_accumulators(s.p, s.source.data(), s.weights.data());
    for (const tile_id id : {tile_id::f4x4, tile_id::sfc4x4}) {
        const double predicted = c.find(id)->snr({}, narrow_limit_of(best_isa()));
        EXPECT_NEAR(measured_snr(s, truth, c, id, {}, best_isa(), false), predicted, tolerance)
                << tile_of(id).name;
    }
}

// What comes later than what fills the reservoirs is sampled as well.
TEST(observer, later_sources_count) {
    layer_samples s(1, 16, 60, 16, 3, 3);
    observer o(s.p, key_of(s.p, 1), s.weights), first_only(s.p, key_of(s.p, 1), s.weights);
    first_only.observe(s.p, s.source.data());
    o.observe(s.p, s.source.data());
    std::mt19937 random(3);
    for (int later = 0; later < 40; ++later) {
        for (std::uint8_t &value : s.source) value = static_cast<std::uint8_t>(random());
        o.observe(s.p, s.source.data());
    }
    // Smooth pictures are mostly in the lowest frequencies, noise is in all of them.
    const auto share_of_the_last = [](const layer_calibration &c) {
        const std::vector<component_calibration> &all = c.find(tile_id::f2x2)->components;
        return all[0].range / all[5].range;
    };
    EXPECT_GT(share_of_the_last(o.finish(scale_choice::mse)),
            1.5 * share_of_the_last(first_only.finish(scale_choice::mse)));
}

TEST(observer, memory_is_bounded_and_threads_can_share_it) {
    const layer_samples s(8, 16, 40, 16, 3, 3);
    observer o(s.p, key_of(s.p, 1), s.weights);
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int k = 0; k < 5; ++k) o.observe(s.p, s.source.data());
        });
    for (std::thread &t : threads) t.join();
    EXPECT_GT(o.finish(scale_choice::max).samples, observer::patches_kept);
    EXPECT_LE(o.patches(), 7u * (observer::patches_kept + observer::largest_patches_kept)); // of seven grids
}

} // namespace
} // namespace winodnn
