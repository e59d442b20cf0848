#include "winograd/cycle.hpp"

#include "support/algorithms.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

std::vector<cycle> all_cycles() {
    std::vector<cycle> all;
    for (const sfc_shape &tile : testing::whole_sfc_tiles())
        for (const cycle &whole : {tile.rows, tile.cols})
            for (const cycle &c : smaller_cycles(whole)) all.push_back(c);
    return all;
}

// The identity of the header, for every input, tap and output by itself.
TEST(cycle, lines_give_the_correlation) {
    for (const cycle &c : all_cycles()) {
        SCOPED_TRACE(std::to_string(c.points) + " points, " + std::to_string(c.outputs) + " outputs, "
                     + std::to_string(c.taps) + " taps");
        const cycle_lines of = lines_of(c);
        const int lines = of.inputs.lines.rows();
        for (int x = 0; x < c.inputs(); ++x)
            for (int k = 0; k < c.taps; ++k)
                for (int o = 0; o < c.outputs; ++o) {
                    int sum = 0;
                    const auto term = [&](int i, int j, int l) {
                        return of.inputs.lines(i, x) * of.weights.lines(j, k) * of.outputs.lines(l, o);
                    };
                    for (int i = 0; i < c.points; ++i)
                        for (int j = 0; j < c.points; ++j)
                            for (int l = 0; l < c.points; ++l)
                                if ((i + j + l) % c.points == 0) sum += c.points * term(i, j, l);
                    for (int e = c.points; e < lines; ++e) sum += term(e, e, e);
                    ASSERT_EQ(sum, x == o + k ? c.weights_points : 0) << x << ' ' << k << ' ' << o;
                }
    }
}

std::vector<int> products_of(const std::vector<cycle> &cycles) {
    std::vector<int> products;
    for (const cycle &c : cycles)
        products.push_back(c.cyclic_products() + static_cast<int>(corrections_of(c).size()));
    return products;
}

// Of 2, 3 ... outputs; docs/numerics.md has these numbers.
TEST(cycle, smaller_ones_take_fewer_products) {
    EXPECT_EQ(products_of(smaller_cycles(testing::six_of_3)), (std::vector {4, 6, 8, 9, 10}));
    EXPECT_EQ(products_of(smaller_cycles(testing::seven_of_3)), (std::vector {4, 6, 8, 9, 10, 12}));
    EXPECT_EQ(products_of(smaller_cycles(testing::four_of_3)), (std::vector {4, 6, 7}));
    EXPECT_EQ(products_of(smaller_cycles(testing::four_of_5)), (std::vector {8, 9, 10}));
    EXPECT_EQ(products_of(smaller_cycles(testing::none)), (std::vector {1}));
    // Without corrections, or with one tap's only, others are not to be had: of 4; of 2, 4 and 5 outputs.
    EXPECT_EQ(products_of(smaller_cycles({6, 4, 3})), (std::vector {8}));
    EXPECT_EQ(products_of(smaller_cycles({6, 5, 3})), (std::vector {5, 8, 9}));
}

// In two dimensions fewer products of the larger cycle.
TEST(cycle, smaller_ones_have_as_many_points_as_they_can) {
    for (const cycle &whole : {testing::six_of_3, testing::seven_of_3}) {
        std::vector<int> points;
        for (const cycle &c : smaller_cycles(whole)) points.push_back(c.points);
        points.resize(5);
        EXPECT_EQ(points, (std::vector {2, 3, 6, 6, 6}));
    }
}

TEST(cycle, what_does_not_exist_is_refused) {
    EXPECT_THROW(lines_of({4, 2, 3, 6}), std::invalid_argument); // weights of another cycle
    EXPECT_THROW(lines_of({6, 2, 3}), std::invalid_argument);    // four inputs on six points
}

} // namespace
} // namespace winodnn
