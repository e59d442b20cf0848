#include "winograd/ranges.hpp"

#include "support/filter.hpp"
#include "winograd/toom_cook.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

// The range is reached: by the source that has an end of its range wherever the coefficient's sign wants it.
TEST(ranges, of_the_source_are_reached_and_not_left) {
    for (const tile_id id : all_tiles())
        for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}}) {
            const tile &t = tile_of(id);
            for (int c = 0; c < t.v_planes(); ++c) {
                std::int64_t highest = 0, lowest = 0;
                for (int p = 0; p < t.input.cols(); ++p) {
                    const std::int64_t k = t.input(c, p);
                    highest += k * (k > 0 ? source.hi : source.lo);
                    lowest += k * (k > 0 ? source.lo : source.hi);
                }
                const value_range range = input_range(t, c, source);
                EXPECT_EQ(range.hi, highest);
                EXPECT_EQ(range.lo, lowest);
            }
        }
}

TEST(ranges, are_the_documented_ones) {
    std::int64_t v = 0, u = 0;
    const tile &t = tile_of(tile_id::f4x4);
    for (int c = 0; c < t.components(); ++c) {
        const value_range of_v = input_range(t, c, {0, 255}), of_u = weights_range(t, c);
        v = std::max<std::int64_t>({v, of_v.hi, -of_v.lo});
        u = std::max<std::int64_t>({u, of_u.hi, -of_u.lo});
    }
    EXPECT_EQ(v, 17340); // 68 * 255
    EXPECT_EQ(u, 18432);
}

TEST(ranges, every_tile_is_exact_in_s16) {
    for (const tile_id id : all_tiles())
        for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}}) {
            // The one tile whose coefficients are too large for zero points.
            const bool too_large = id == tile_id::f4x4h && source.lo == -255;
            EXPECT_EQ(fits_s16(tile_of(id), source), !too_large) << tile_of(id).name;
        }
}

// Pieces at ragged edges have transforms of their own.
TEST(ranges, every_piece_is_exact_in_s16_where_its_tile_is) {
    int smaller = 0;
    for (const tile_id id : all_tiles())
        for (const tile_piece &p : tile_of(id).pieces)
            for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}}) {
                EXPECT_TRUE(!fits_s16(tile_of(id), source) || input_fits_s16(p, source))
                        << tile_of(id).name << ' ' << p.outputs.rows << 'x' << p.outputs.cols;
                smaller += p.outputs.count() < tile_of(id).outputs.count();
            }
    EXPECT_GT(smaller, 0);
}

TEST(ranges, notice_what_does_not_fit) {
    EXPECT_FALSE(fits_s16(tile_of(tile_id::f4x4), {-400, 400}));
    const transform f6 = make_transform(std::vector<rational> {0, 1, -1, 2, -2, 3, -3}, 3);
    EXPECT_FALSE(fits_s16(make_toom_cook(f6, f6), {0, 255}));
}

// All corners of the weights' range, through the transform itself.
// Filters of the largest and the smallest weights alone: all of them; of many taps, those that take a
// component to either end of its range.
std::vector<std::vector<std::int8_t>> corners_of(const tile &t) {
    std::vector<std::vector<std::int8_t>> corners;
    const auto add = [&](const auto &is_high) {
        corners.emplace_back();
        for (int k = 0; k < t.taps.count(); ++k)
            corners.back().push_back(static_cast<std::int8_t>(is_high(k) ? 127 : -128));
    };
    if (t.taps.count() <= 9) {
        for (int bits = 0; bits < 1 << t.taps.count(); ++bits)
            add([&](int k) { return (bits >> k & 1) != 0; });
        return corners;
    }
    for (int plane = 0; plane < t.u_planes(); ++plane)
        for (const int sign : {1, -1}) add([&](int k) { return sign * t.weights(plane, k) > 0; });
    return corners;
}

TEST(ranges, transformed_weights_stay_inside) {
    for (const tile_id id : all_tiles()) {
        const tile &t = tile_of(id);
        const weights_inverse inverse = inverse_of_weights(t);
        const weights_transform transform(t);
        for (const std::vector<std::int8_t> &g : corners_of(t)) {
            std::vector<std::int8_t> back(g.size());
            const std::vector<std::int16_t> u = testing::transformed(t, transform, g.data());
            for (int c = 0; c < t.u_planes(); ++c) {
                std::int64_t exact = 0;
                for (int k = 0; k < t.taps.count(); ++k) exact += std::int64_t {t.weights(c, k)} * g[k];
                const value_range range = weights_range(t, c);
                ASSERT_EQ(u[c], exact);
                ASSERT_LE(u[c], range.hi);
                ASSERT_GE(u[c], range.lo);
            }
            std::vector<std::int16_t> known;
            for (const int plane : inverse.planes) known.push_back(u[plane]);
            inverse_transform_weights(inverse, known.data(), back.data());
            ASSERT_EQ(back, g);
        }
    }
}

} // namespace
} // namespace winodnn
