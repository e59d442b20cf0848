#include "weights/quantized_weights.hpp"

#include "support/quantized_block.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace winodnn {
namespace {

struct quantized {
    quantized(const weights_layout &l, const component_set &wide, float spread)
        : layout(l), numbers {true, wide & all_components(l.shape())},
          plain(static_cast<std::size_t>(l.group_count() * l.filters() * l.taps())), unrounded(plain.size()),
          block(l.bytes()) {
        std::mt19937 random(1);
        for (std::size_t n = 0; n < plain.size(); ++n) {
            unrounded[n] = spread * (static_cast<float>(random() % 2001) / 1000 - 1);
            plain[n] = static_cast<std::int8_t>(std::lround(unrounded[n]));
        }
        pack_quantized_weights(
                layout, numbers.wide, unrounded.data(), plain.data(), block.data(), testing::std_threads(3));
    }

    // What the values of U would be if they were not rounded, in f64, and times what a sum of them is divided
    // by.
    double exactly(int plane, dim oc, dim ic) const {
        const tile &t = layout.shape();
        const int taps = t.taps.count();
        const float *filter = &unrounded[static_cast<std::size_t>((oc * layout.ic + ic) * taps)];
        double sum = 0;
        for (int k = 0; k < taps; ++k) sum += double(t.weights(plane, k)) * filter[k];
        return sum / t.factor;
    }

    weights_layout layout;
    number_system numbers;
    std::vector<std::int8_t> plain;
    std::vector<float> unrounded;
    std::vector<std::byte> block;
};

class quantized_weights : public ::testing::TestWithParam<std::tuple<tile_id, component_set, int>> {
protected:
    quantized make(float spread = 127, dim ic = 37, dim groups = 0) const {
        const auto &[tile, wide, lanes] = GetParam();
        return {{tile, lanes, {0, 255}, ic, 70, groups, narrow_limit}, wide, spread};
    }
};

INSTANTIATE_TEST_SUITE_P(tiles, quantized_weights,
        ::testing::Combine(::testing::ValuesIn(all_tiles().begin(), all_tiles().end()),
                ::testing::Values(
                        component_set {0}, component_set {0b100110}, component_set::first(most_components)),
                ::testing::Values(8, 16)));

TEST_P(quantized_weights, are_the_nearest_multiples_of_their_scales) {
    const quantized q = make();
    const tile &t = q.layout.shape();
    const packed_block block = check_block(q.layout, q.block.data()).value();
    EXPECT_EQ(block.numbers, q.numbers);
    const quantized_filters f = testing::read_quantized(q.layout, q.block.data());
    for (int plane = 0; plane < t.u_planes(); ++plane) {
        const int c = t.component_of_u(plane);
        const double limit = q.numbers.is_wide(c) ? 32767 : 127;
        for (dim oc = 0; oc < q.layout.oc; ++oc) {
            const double scale = f.scales[static_cast<std::size_t>(c * q.layout.oc + oc)];
            for (dim ic = 0; ic < q.layout.ic; ++ic) {
                const double u = std::clamp(q.exactly(plane, oc, ic) / scale, -limit, limit);
                const std::int32_t is =
                        f.u[static_cast<std::size_t>((plane * q.layout.oc + oc) * q.layout.ic + ic)];
                ASSERT_NEAR(is, u, 0.5 + 0.01)
                        << t.name << " plane " << plane << " oc " << oc << " ic " << ic;
            }
        }
    }
}

// By brute force over the same clips, in f64.
TEST_P(quantized_weights, scales_are_the_best_of_the_clips) {
    const quantized q = make();
    const tile &t = q.layout.shape();
    const quantized_filters f = testing::read_quantized(q.layout, q.block.data());
    for (int c = 0; c < t.components(); ++c) {
        if (q.numbers.is_wide(c)) continue;
        for (dim oc = 0; oc < q.layout.oc; oc += 7) {
            std::vector<double> values;
            for (int plane = 0; plane < t.u_planes(); ++plane)
                for (dim ic = 0; t.component_of_u(plane) == c && ic < q.layout.ic; ++ic)
                    values.push_back(q.exactly(plane, oc, ic));
            double largest = 0;
            for (const double u : values) largest = std::max(largest, std::fabs(u));
            const auto error = [&](double scale) {
                double sum = 0;
                for (const double u : values) {
                    const double e = u - scale * std::nearbyint(std::clamp(u / scale, -127.0, 127.0));
                    sum += e * e;
                }
                return sum;
            };
            double best = error(largest / 127);
            for (int step = 1; step <= 7; ++step)
                best = std::min(best, error(largest / 127 * (1 - 0.05 * step)));
            EXPECT_LE(error(f.scales[static_cast<std::size_t>(c * q.layout.oc + oc)]), 1.001 * best);
        }
    }
}

// The bound of docs/numerics.md, and the sums by which zero points are undone.
TEST_P(quantized_weights, sums_of_products_stay_in_32_bits) {
    for (const float spread : {127.f, 0.01f}) {
        const quantized q = make(spread, 200);
        const tile &t = q.layout.shape();
        const quantized_filters f = testing::read_quantized(q.layout, q.block.data());
        for (int c = 0; c < t.components(); ++c)
            for (dim oc = 0; oc < q.layout.oc; ++oc) {
                std::int64_t magnitudes = 0;
                std::int32_t sum = 0, packed = 0;
                for (int plane = 0; plane < t.u_planes(); ++plane)
                    for (dim ic = 0; t.component_of_u(plane) == c && ic < q.layout.ic; ++ic) {
                        const std::int32_t u =
                                f.u[static_cast<std::size_t>((plane * q.layout.oc + oc) * q.layout.ic + ic)];
                        magnitudes += std::abs(u);
                        sum += u;
                    }
                EXPECT_LT(magnitudes * (q.numbers.is_wide(c) ? wide_limit : narrow_limit),
                        std::int64_t {1} << 31);
                std::memcpy(&packed,
                        packed_payload(q.layout, q.block.data()) + q.layout.sums_offset(q.numbers)
                                + (c * q.layout.padded_oc() + oc) * 4,
                        4);
                EXPECT_EQ(packed, sum);
            }
    }
}

TEST_P(quantized_weights, keep_the_s8_weights_and_notice_corruption) {
    quantized q = make(90, 17, 2);
    std::vector<std::int8_t> back(q.plain.size());
    const packed_block block = check_block(q.layout, q.block.data()).value();
    unpack_weights(q.layout, block, back.data(), lone_thread());
    EXPECT_EQ(back, q.plain);
    EXPECT_EQ(block.identity, identity_of(q.layout, q.plain.data()));
    const std::size_t used = q.layout.header_bytes() + q.layout.used_bytes(q.numbers);
    for (std::size_t at = 0; at < used; at += 977) {
        q.block[at] ^= std::byte {4};
        EXPECT_FALSE(check_block(q.layout, q.block.data()).has_value()) << "byte " << at;
        q.block[at] ^= std::byte {4};
    }
    EXPECT_TRUE(check_block(q.layout, q.block.data()).has_value());
}

TEST(quantized_weights, of_zeros_are_zeros) {
    const quantized q({tile_id::f4x4, 16, {0, 255}, 16, 16, 0, narrow_limit}, component_set {5}, 0);
    const quantized_filters f = testing::read_quantized(q.layout, q.block.data());
    EXPECT_TRUE(std::ranges::all_of(f.u, [](std::int32_t u) { return u == 0; }));
    EXPECT_TRUE(std::ranges::all_of(f.scales, [](float s) { return s > 0 && std::isfinite(s); }));
}

} // namespace
} // namespace winodnn
