#include "winograd/transform.hpp"

#include "support/correlation.hpp"
#include "winograd/tile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace winodnn {
namespace {

// scale * correlation == output * ((weights * g) . (input * d)), for every g and d, because it holds for a
// basis.
void expect_identity(const transform &t) {
    if (t.direct) {
        for (const int_matrix *m : {&t.input, &t.weights, &t.output})
            for (int r = 0; r < m->rows(); ++r)
                for (int c = 0; c < m->cols(); ++c) EXPECT_EQ((*m)(r, c), r == c);
        EXPECT_EQ(t.inputs(), t.outputs() + t.taps() - 1);
        return;
    }
    for (int tap = 0; tap < t.taps(); ++tap)
        for (int pixel = 0; pixel < t.inputs(); ++pixel)
            for (int i = 0; i < t.outputs(); ++i) {
                int sum = 0;
                for (int c = 0; c < t.inputs(); ++c)
                    sum += t.output(i, c) * t.weights(c, tap) * t.input(c, pixel);
                EXPECT_EQ(sum, pixel == i + tap ? t.scale : 0) << "tap " << tap << " pixel " << pixel;
            }
}

// Pieces multiply with rows of the whole tile's transformed weights, and keep its factor. bilinear_test has
// what whole tiles compute.
TEST(tile, every_piece_correlates_with_the_whole_tile_s_weights) {
    int smaller = 0;
    for (const tile_id id : all_tiles())
        for (const tile_piece &p : tile_of(id).pieces) {
            const tile &whole = tile_of(id);
            SCOPED_TRACE(std::string(whole.name) + ": " + std::to_string(p.outputs.rows) + "x"
                         + std::to_string(p.outputs.cols));
            testing::expect_correlation(p);
            EXPECT_EQ(p.factor, whole.factor);
            smaller += p.outputs.count() < whole.outputs.count();
            for (int u = 0; u < p.u_planes(); ++u) {
                const int c = p.components_of_whole[p.component_of_u(u)];
                int same = 0;
                while (whole.component_of_u(same) != c || whole.term_of_u(same) != p.term_of_u(u)) ++same;
                for (int tap = 0; tap < p.taps.count(); ++tap)
                    EXPECT_EQ(p.weights(u, tap), whole.weights(same, tap));
            }
            // Planes of V and of M that belong to a component belong to it in the whole tile.
            for (int v = 0; v < p.v_planes(); ++v)
                EXPECT_EQ(whole.component_of_v(p.v_planes_of_whole[v]),
                        p.components_of_whole[p.component_of_v(v)]);
            for (int m = 0; m < p.m_planes(); ++m) {
                EXPECT_TRUE(p.has_m[p.m_planes_of_whole[m]]);
                EXPECT_EQ(whole.component_of_m(p.m_planes_of_whole[m]),
                        p.components_of_whole[p.component_of_m(m)]);
            }
            EXPECT_EQ(std::ranges::count(p.has_m, true), p.m_planes());
        }
    EXPECT_GT(smaller, 0);
}

// What calibrations know of a piece is of a tile, or of another piece, with the same components, but for
// signs.
TEST(tile, every_piece_has_the_components_that_it_is_observed_as) {
    int others = 0;
    for (const tile_id id : all_tiles())
        for (const tile_piece &p : tile_of(id).pieces) {
            const bilinear_algorithm &observed = algorithm_of(p.observed);
            ASSERT_EQ(observed.components(), p.components());
            ASSERT_EQ(observed.taps, p.taps);
            others += p.observed.id != id;
            for (int c = 0; c < p.components(); ++c) {
                const int same = p.components_of_observed[static_cast<std::size_t>(c)];
                const auto coefficient = [](const bilinear_algorithm &a, int component, int row, int col) {
                    if (row >= a.inputs().rows || col >= a.inputs().cols) return 0;
                    return a.input(a.v_plane(component, 0), row * a.inputs().cols + col);
                };
                int sign = 0;
                for (int row = 0; row < most_inputs_along; ++row)
                    for (int col = 0; col < most_inputs_along; ++col) {
                        const int a = coefficient(p, c, row, col), b = coefficient(observed, same, row, col);
                        if (sign == 0 && b != 0) sign = a == b ? 1 : -1;
                        ASSERT_EQ(a, sign * b);
                    }
                ASSERT_NE(sign, 0);
            }
        }
    EXPECT_GT(others, 0);
}

TEST(transform, other_points_and_taps_work) {
    for (const auto &[points, taps] : std::vector<std::pair<std::vector<rational>, int>> {{{0, 1, -1, 2}, 3},
                 {{0, 1, -1, 2, -2, 3, -3}, 3}, {{0, 1, -1, 2}, 2}, {{0, 1, -1, 2, -2}, 5},
                 {{0, 1, rational(1, 2)}, 3}, {{0, 1, -1, rational(2, 3), rational(-3, 2)}, 3}})
        expect_identity(make_transform(points, taps));
}

TEST(transform, is_the_known_f4) {
    const transform t = make_transform(std::vector<rational> {0, 1, -1, 2, -2}, 3);
    EXPECT_EQ(t.scale, 24);
    const int first[] = {4, 0, -5, 0, 1, 0};
    for (int c = 0; c < 6; ++c) EXPECT_EQ(t.input(0, c), first[c]);
    const int fourth[] = {1, 2, 4};
    for (int k = 0; k < 3; ++k) EXPECT_EQ(t.weights(3, k), fourth[k]);
}

TEST(transform, bad_points_are_refused) {
    EXPECT_THROW(make_transform(std::vector<rational> {0, 1, 1}, 3), std::invalid_argument);
    EXPECT_THROW(make_transform(std::vector<rational> {0}, 3), std::invalid_argument);
}

TEST(tile, scale_is_undone_modulo_2_to_the_32) {
    std::mt19937 random(1);
    for (const tile_id id : all_tiles()) {
        const tile &t = tile_of(id);
        const std::int64_t limit = std::int64_t {1} << (31 - t.shift());
        const std::uint32_t scale = static_cast<std::uint32_t>(t.factor);
        std::uniform_int_distribution<std::int32_t> inside(
                static_cast<std::int32_t>(-limit), static_cast<std::int32_t>(limit - 1));
        const auto recover = [&](std::int32_t y) {
            const std::uint32_t wrapped = static_cast<std::uint32_t>(y) * scale;
            return static_cast<std::int32_t>(wrapped * t.inverse_odd()) >> t.shift();
        };
        for (int n = 0; n < 10000; ++n) {
            const std::int32_t y = inside(random);
            ASSERT_EQ(recover(y), y);
        }
        EXPECT_EQ(recover(static_cast<std::int32_t>(-limit)), -limit);
        EXPECT_EQ(recover(static_cast<std::int32_t>(limit - 1)), limit - 1);
        // The limit is where it ends: one more wraps.
        EXPECT_NE(recover(static_cast<std::int32_t>(limit)), limit);
    }
}

TEST(rational, reduces_and_keeps_the_sign_above) {
    EXPECT_EQ(rational(6, -4), rational(-3, 2));
    EXPECT_EQ(rational(1, 2) + rational(1, 3), rational(5, 6));
    EXPECT_EQ(rational(1, 2) / rational(-1, 4), rational(-2));
    EXPECT_EQ(rational(0, 5), rational(0));
}

} // namespace
} // namespace winodnn
