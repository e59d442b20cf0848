#include "winograd/tile.hpp"

#include <gtest/gtest.h>

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

TEST(transform, every_tile_correlates) {
    for (const tile_id id : all_tiles()) {
        SCOPED_TRACE(tile_of(id).name);
        expect_identity(tile_of(id).rows);
        expect_identity(tile_of(id).cols);
    }
}

// Pieces multiply with rows of the whole tile's transformed weights, and keep its scale.
TEST(transform, every_piece_correlates_with_the_whole_tile_s_weights) {
    int smaller = 0;
    for (const tile_id id : all_tiles())
        for (const auto &[whole, pieces] : {std::pair {tile_of(id).rows, tile_of(id).row_pieces},
                     {tile_of(id).cols, tile_of(id).col_pieces}})
            for (const piece &p : pieces) {
                SCOPED_TRACE(std::string(tile_of(id).name) + ": " + std::to_string(p.outputs()));
                expect_identity(p.how);
                EXPECT_EQ(p.how.scale, whole.scale);
                smaller += p.outputs() < whole.outputs();
                if (whole.direct) continue;
                ASSERT_EQ(p.v.size(), static_cast<std::size_t>(p.how.inputs()));
                for (int row = 0; row < p.how.inputs(); ++row)
                    for (int tap = 0; tap < whole.taps(); ++tap)
                        EXPECT_EQ(p.how.weights(row, tap), whole.weights(p.v[row], tap));
            }
    EXPECT_GT(smaller, 0);
}

// Planes, components, repeats and terms: by them every tile's arithmetic, without any matrix product but the
// transforms', has to be a correlation.
TEST(tile, planes_multiply_to_a_correlation) {
    std::mt19937 random(1);
    for (const tile_id id : all_tiles()) {
        const tile &t = tile_of(id);
        SCOPED_TRACE(t.name);
        const auto draw = [&](int rows, int cols) {
            int_matrix m(rows, cols);
            for (int r = 0; r < rows; ++r)
                for (int c = 0; c < cols; ++c) m(r, c) = static_cast<int>(random() % 256) - 128;
            return m;
        };
        const auto both = [](const int_matrix &rows, const int_matrix &x, const int_matrix &cols) {
            int_matrix result(rows.rows(), cols.rows());
            for (int i = 0; i < rows.rows(); ++i)
                for (int j = 0; j < cols.rows(); ++j)
                    for (int k = 0; k < rows.cols(); ++k)
                        for (int l = 0; l < cols.cols(); ++l)
                            result(i, j) += rows(i, k) * x(k, l) * cols(j, l);
            return result;
        };
        const auto plane = [](const int_matrix &m, int index) {
            return m(index / m.cols(), index % m.cols());
        };
        const int_matrix d = draw(t.rows.inputs(), t.cols.inputs()), g = draw(t.rows.taps(), t.cols.taps());
        const int_matrix v = both(t.rows.input, d, t.cols.input), u = both(t.rows.weights, g, t.cols.weights);
        int_matrix m(t.rows.output.cols(), t.cols.output.cols());
        for (int c = 0; c < t.components(); ++c)
            for (int r = 0; r < t.repeats(); ++r) {
                const int to = t.m_plane(c, r);
                for (int w = 0; w < t.u_planes(); ++w)
                    if (t.component_of_u(w) == c)
                        m(to / m.cols(), to % m.cols()) +=
                                plane(u, w) * plane(v, t.v_plane(c, r) + t.term_of_u(w) * t.v_term_planes());
            }
        const int_matrix y = both(t.rows.output, m, t.cols.output);
        for (int i = 0; i < t.rows.outputs(); ++i)
            for (int j = 0; j < t.cols.outputs(); ++j) {
                int sum = 0;
                for (int k = 0; k < t.rows.taps(); ++k)
                    for (int l = 0; l < t.cols.taps(); ++l) sum += g(k, l) * d(i + k, j + l);
                EXPECT_EQ(y(i, j), t.rows.scale * t.cols.scale * sum);
            }
    }
}

TEST(transform, other_points_and_taps_work) {
    for (const auto &[points, taps] : std::vector<std::pair<std::vector<rational>, int>> {{{0, 1, -1, 2}, 3},
                 {{0, 1, -1, 2, -2, 3, -3}, 3}, {{0, 1, -1, 2}, 2}, {{0, 1, -1, 2, -2}, 5},
                 {{0, 1, rational(1, 2)}, 3}, {{0, 1, -1, rational(2, 3), rational(-3, 2)}, 3}})
        expect_identity(make_transform(points, taps));
}

TEST(transform, is_the_known_f4) {
    const transform &t = tile_of(tile_id::f4x4).rows;
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
        const std::uint32_t scale = static_cast<std::uint32_t>(t.rows.scale * t.cols.scale);
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
