// Quantized convolutions against the scalar model of their arithmetic.
#include "dispatch/dispatch.hpp"
#include "isa/isa_traits.hpp"
#include "reference/reference.hpp"
#include "run/convolution.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/quantized_block.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"
#include "weights/quantized_weights.hpp"
#include "winograd/ranges.hpp"

#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(quantized);

machine cores(isa i, int threads) {
    return {i, false, threads};
}

int limit_of(isa i) {
    return traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
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

enum class pattern { random, all_high, alternating, single };

int plane_of(const tile &t, int component) {
    int plane = 0;
    while (t.component_of_v(plane) != component) ++plane;
    return plane;
}

// Quantizers that cover the range, with or without clipping some of it, as calibration would give them.
class_quantizers quantizers_for(
        const problem &p, const tile &whole, const plan &chosen, int limit, double clip) {
    class_quantizers result;
    const class_pieces pieces = pieces_of(p, whole, chosen.mixed);
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr) continue;
        const tile_piece &t = *pieces[k];
        result[k].resize(static_cast<std::size_t>(whole.components()));
        // The classes share their zero points.
        for (int c = 0; c < whole.components(); ++c) {
            const value_range r = input_range(whole, plane_of(whole, c), source_range(p));
            result[k][static_cast<std::size_t>(c)].zero_point =
                    static_cast<std::int16_t>(chosen.numbers.is_wide(c) || r.lo == 0 ? 0 : (limit + 1) / 2);
        }
        for (int plane = 0; plane < t.v_planes(); ++plane) {
            const int c = t.components_of_whole[static_cast<std::size_t>(t.component_of_v(plane))];
            const value_range r = input_range(t, plane, source_range(p));
            const bool wide = chosen.numbers.is_wide(c);
            const double reach = wide ? std::max(r.hi, -r.lo) : clip * (r.hi - r.lo);
            const double steps = wide ? wide_limit : limit;
            component_quantizer &q = result[k][static_cast<std::size_t>(c)];
            q.multiplier = static_cast<std::int16_t>(std::min(32767.0, std::floor(32768 * steps / reach)));
            if (k == both_small) q.multiplier = static_cast<std::int16_t>(-q.multiplier); // as good
        }
    }
    return result;
}

struct example {
    example(const problem &p, const plan &c, double clip, pattern fill)
        : p(p), chosen(c), layout(layout_for(p, c)),
          quantizers(quantizers_for(p, layout.shape(), c, limit_of(c.isa), clip)),
          src(static_cast<std::size_t>(p.src_extent())),
          weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps())), block(layout.bytes()) {
        std::mt19937 random(1);
        std::size_t n = 0;
        for (auto &x : src) {
            const unsigned byte = random() & 255u;
            x = static_cast<std::uint8_t>(fill == pattern::random     ? byte
                                          : fill == pattern::single   ? (n == src_size() / 2 ? 255 : 0)
                                          : fill == pattern::all_high ? (p.src == data_type::u8 ? 255 : 0x80)
                                                                      : (n % 2 == 0 ? 255 : 0));
            ++n;
        }
        n = 0;
        for (auto &w : weights) {
            const auto byte = static_cast<std::int8_t>(random());
            w = static_cast<std::int8_t>(fill == pattern::random        ? byte
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
    void expect_model(std::int32_t zero_point = 0) const {
        const convolution conv(p, chosen, quantizers);
        const testing::guarded_array<float> dst(static_cast<std::size_t>(p.dst_extent()));
        const testing::guarded_array<std::byte> scratchpad(conv.scratchpad_bytes());
        run_args args;
        args.src = src.data();
        args.weights = check_block(layout, block.data()).value();
        args.dst = dst.data();
        args.src_zero_points = {&zero_point, data_type::s32};
        args.scratchpad = scratchpad.data();
        ASSERT_EQ(conv.execute(args, testing::std_threads(chosen.threads)), run_result::computed);
        const quantized_outputs expected = reference_quantized(p, layout.shape(), chosen.mixed,
                chosen.numbers, quantizers, limit_of(chosen.isa), src.data(),
                std::vector<int>(static_cast<std::size_t>(p.ic), zero_point),
                testing::read_quantized(layout, block.data()));
        for (std::size_t n = 0; n < expected.y.size(); ++n)
            ASSERT_NEAR(dst[n], expected.y[n], 16 * 0x1p-24 * expected.magnitudes[n])
                    << to_string(p) << " " << layout.shape().name << " at " << n;
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
                    example(p, c, 0.6, pattern::random).expect_model();
                }
            }
}

TEST_P(quantized, worst_patterns) {
    for (const tile_id tile : {tile_id::f4x4, tile_id::f4x4h, tile_id::f1x4, tile_id::f2x2, tile_id::column4,
                 tile_id::sfc4x4k5})
        for (const component_set wide : masks)
            for (const pattern fill : {pattern::all_high, pattern::alternating, pattern::single})
                for (const double clip : {0.1, 1.0}) {
                    const problem p = layer_of(tile, 160, 5, 6, 17);
                    example(p, quantized_plan(p, GetParam(), 1, tile, wide), clip, fill).expect_model();
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
                example(p, c, 0.5, pattern::random).expect_model(113);
            }
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
            example(p, quantized_plan(p, GetParam(), 2, tile, component_set {0b100}), 0.6, pattern::random)
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
