#include "winograd/sfc.hpp"

#include "support/algorithms.hpp"
#include "winograd/ranges.hpp"
#include "winograd/scale.hpp"
#include "winograd/symbol.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace winodnn {
namespace {

using namespace testing;

symbol product(int order, symbol x, symbol y) {
    const int square = x.b * y.b; // times w^2
    const int a = x.a * y.a - square, b = x.a * y.b + x.b * y.a;
    return order == 4 ? symbol {a, b} : symbol {a, b + square};
}

TEST(symbol, is_a_root_of_unity) {
    for (const int order : {4, 6}) {
        symbol power {1, 0};
        for (int exponent = 0; exponent < 3 * order; ++exponent) {
            EXPECT_EQ(root_power(order, exponent), power);
            EXPECT_EQ(power == (symbol {1, 0}), exponent % order == 0);
            power = product(order, power, {0, 1});
        }
    }
}

TEST(symbol, three_products_give_the_trace) {
    for (const int order : {4, 6})
        for (int bits = 0; bits < 64; ++bits) {
            // All combinations of two values each, which is enough for what is linear in each.
            const auto value = [bits](int bit) { return bits >> bit & 1 ? 3 : -1; };
            const symbol x {value(0), value(1)}, u {value(2), value(3)}, y {value(4), value(5)};
            const symbol xuy = product(order, product(order, x, u), y);
            const int trace = 2 * xuy.a + (order == 6 ? xuy.b : 0);
            int sum = 0;
            for (int form = 0; form < forms; ++form)
                sum += value_form(order, x, form) * weights_form(order, u, form) * value_form(order, y, form);
            EXPECT_EQ(sum, trace);
        }
}

struct expected_size {
    sfc_shape tile;
    int components, factor;
    int v, u; // largest magnitudes, of u8 sources
    int shift;
    std::size_t input_instructions, output_instructions;
};

// docs/numerics.md has these numbers.
TEST(sfc, has_the_documented_sizes) {
    for (const auto &[tile, components, factor, v, u, shift, input, output] :
            {expected_size {{6, six_of_3, six_of_3}, 88, 36, 9180, 4608, 2, 300, 292},
                    {{6, six_of_3, seven_of_3}, 108, 36, 9180, 4608, 2, 326, 342},
                    {{6, seven_of_3, six_of_3}, 108, 36, 9180, 4608, 2, 326, 328},
                    {{6, seven_of_3, seven_of_3}, 132, 36, 9180, 4608, 2, 354, 384},
                    {{4, four_of_3, four_of_3}, 46, 16, 4080, 3064, 4, 110, 104},
                    {{6, four_of_5, four_of_5}, 88, 36, 9180, 5358, 2, 300, 236},
                    {{6, none, six_of_3}, 10, 6, 1530, 768, 1, 18, 20},
                    {{6, none, four_of_5}, 10, 6, 1530, 893, 1, 18, 18}}) {
        SCOPED_TRACE(name_of(tile));
        const bilinear_algorithm a = make_sfc(tile);
        EXPECT_EQ(a.components(), components);
        EXPECT_EQ(a.factor, factor);
        EXPECT_EQ(shift_of_factor(static_cast<std::uint32_t>(a.factor)), shift);
        int largest_v = 0, largest_u = 0;
        for (int c = 0; c < a.components(); ++c) {
            const value_range of_v = input_range(a, c, {0, 255}), of_u = weights_range(a, c);
            largest_v = std::max({largest_v, of_v.hi, -of_v.lo});
            largest_u = std::max({largest_u, of_u.hi, -of_u.lo});
        }
        EXPECT_EQ(largest_v, v);
        EXPECT_EQ(largest_u, u);
        EXPECT_EQ(a.input_program.code.size(), input);
        EXPECT_EQ(a.output_program.code.size(), output);
    }
}

TEST(sfc, every_size_is_exact_in_s16) {
    for (const auto &[name, a] : all_algorithms()) {
        if (!name.starts_with("sfc")) continue;
        for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}})
            EXPECT_TRUE(fits_s16(a, source)) << name;
    }
}

// Additions and subtractions only: all other coefficients are in the weights.
TEST(sfc, whole_tiles_have_no_coefficient_but_1) {
    for (const sfc_shape &tile : whole_sfc_tiles()) {
        const bilinear_algorithm a = make_sfc(tile);
        for (const int_matrix *m : {&a.input, &a.output})
            for (int r = 0; r < m->rows(); ++r)
                for (int c = 0; c < m->cols(); ++c) ASSERT_LE(std::abs((*m)(r, c)), 1) << name_of(tile);
    }
}

// Weights that were transformed for a whole tile serve all smaller ones, and a component of the whole is in
// one exactly if it is both in the one with these rows and in the one with these columns: what tile_class
// asks for.
TEST(sfc, smaller_tiles_use_the_weights_of_the_whole) {
    int smaller = 0;
    for (const sfc_shape &tile : whole_sfc_tiles()) {
        SCOPED_TRACE(name_of(tile));
        const bilinear_algorithm whole = make_sfc(tile);
        const auto part_of = [&](const cycle &rows, const cycle &cols) {
            const sfc_shape shape {tile.order, rows, cols};
            const bilinear_algorithm part = make_sfc(shape);
            EXPECT_EQ(part.factor, whole.factor);
            std::vector<int> components = components_in(tile, shape);
            for (int c = 0; c < part.components(); ++c)
                for (int k = 0; k < part.taps.count(); ++k)
                    EXPECT_EQ(part.weights(c, k), whole.weights(components[c], k));
            std::ranges::sort(components);
            return components;
        };
        for (const cycle &rows : smaller_cycles(tile.rows))
            for (const cycle &cols : smaller_cycles(tile.cols)) {
                const std::vector<int> of_rows = part_of(rows, tile.cols), of_cols = part_of(tile.rows, cols);
                std::vector<int> both;
                std::ranges::set_intersection(of_rows, of_cols, std::back_inserter(both));
                EXPECT_EQ(part_of(rows, cols), both) << rows.outputs << 'x' << cols.outputs;
                smaller += rows.outputs < tile.rows.outputs;
            }
    }
    EXPECT_GT(smaller, 0);
}

// 6x6 within 7x7, what is left out and what is not.
TEST(sfc, six_is_seven_without_two_corrections) {
    const sfc_shape six {6, six_of_3, six_of_3}, seven {6, seven_of_3, seven_of_3};
    EXPECT_EQ(components_in(seven, six).size(), 88u);
    EXPECT_THROW(components_in(six, seven), std::invalid_argument);
    // Other frequencies.
    EXPECT_THROW(components_in({4, four_of_3, four_of_3}, six), std::invalid_argument);
}

TEST(sfc, refuses_what_does_not_exist) {
    EXPECT_THROW(make_sfc({6, {4, 4, 3}, {6, 6, 3}}), std::invalid_argument);
    EXPECT_THROW(make_sfc({5, {5, 5, 3}, {5, 5, 3}}), std::invalid_argument);
    // One output has no use for some of the products.
    EXPECT_THROW(make_sfc({6, none, {6, 1, 6}}), std::invalid_argument);
}

} // namespace
} // namespace winodnn
