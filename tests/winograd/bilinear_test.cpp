// What holds for every bilinear algorithm.
#include "winograd/bilinear_algorithm.hpp"

#include "support/algorithms.hpp"
#include "support/interpret.hpp"
#include "winograd/partial_program.hpp"
#include "winograd/ranges.hpp"
#include "winograd/scale.hpp"
#include "winograd/weights_inverse.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace winodnn {
namespace {

using testing::interpret;

// The input that tap (k, l) of output (i, j) meets.
int input_of(const bilinear_algorithm &a, int output, int tap) {
    const int row = output / a.outputs.cols + tap / a.taps.cols;
    const int col = output % a.outputs.cols + tap % a.taps.cols;
    return row * a.inputs().cols + col;
}

// factor * y = output ((input x) . (weights w)) is linear in x and in w: it holds for all if it does for
// every pair of unit vectors.
TEST(bilinear, computes_the_correlation) {
    for (const auto &[name, a] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        ASSERT_EQ(a.input.cols(), a.inputs().count());
        ASSERT_EQ(a.weights.rows(), a.components());
        ASSERT_EQ(a.weights.cols(), a.taps.count());
        ASSERT_EQ(a.output.cols(), a.components());
        ASSERT_EQ(a.output.rows(), a.outputs.count());
        for (int x = 0; x < a.input.cols(); ++x)
            for (int w = 0; w < a.weights.cols(); ++w)
                for (int y = 0; y < a.output.rows(); ++y) {
                    int sum = 0;
                    for (int c = 0; c < a.components(); ++c)
                        sum += a.output(y, c) * a.input(c, x) * a.weights(c, w);
                    ASSERT_EQ(sum, x == input_of(a, y, w) ? a.factor : 0)
                            << "input " << x << ", tap " << w << ", output " << y;
                }
    }
}

void expect_same(const int_matrix &a, const int_matrix &b) {
    ASSERT_EQ(a.rows(), b.rows());
    ASSERT_EQ(a.cols(), b.cols());
    for (int r = 0; r < a.rows(); ++r)
        for (int c = 0; c < a.cols(); ++c) ASSERT_EQ(a(r, c), b(r, c)) << "row " << r << ", column " << c;
}

TEST(bilinear, programs_multiply_with_the_matrices) {
    for (const auto &[name, a] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        expect_same(testing::matrix_of(a.input_program), a.input);
        expect_same(testing::matrix_of(a.output_program), a.output);
    }
}

TEST(bilinear, ranges_are_reached_and_not_left) {
    for (const auto &[name, a] : testing::all_algorithms())
        for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}})
            for (int c = 0; c < a.components(); ++c) {
                const auto reached = [c](const int_matrix &m, value_range x) {
                    value_range sums;
                    for (int i = 0; i < m.cols(); ++i) {
                        sums.hi += m(c, i) * (m(c, i) > 0 ? x.hi : x.lo);
                        sums.lo += m(c, i) * (m(c, i) > 0 ? x.lo : x.hi);
                    }
                    return sums;
                };
                ASSERT_EQ(input_range(a, c, source), reached(a.input, source)) << name;
                ASSERT_EQ(weights_range(a, c), reached(a.weights, {-128, 127})) << name;
            }
}

// Whole convolutions over some channels, in 16 bits and sums that wrap, by the programs. What leaves 16 bits
// in V or U, or an accumulator's bound, would be seen.
class convolution_by {
public:
    convolution_by(const bilinear_algorithm &a, const program &output) : a_(a), output_(output) {}

    void add_channel(const std::vector<std::int16_t> &x, const std::vector<int> &w) {
        const std::vector<std::int16_t> v = interpret(a_.input_program, x);
        for (int c = 0; c < a_.components(); ++c) {
            std::int32_t u = 0;
            for (int k = 0; k < a_.weights.cols(); ++k) u += a_.weights(c, k) * w[k];
            sums_[c] += static_cast<std::uint32_t>(v[c]) * static_cast<std::uint32_t>(std::int16_t(u));
        }
        for (int y = 0; y < a_.outputs.count(); ++y)
            for (int k = 0; k < a_.taps.count(); ++k) true_[y] += std::int64_t {x[input_of(a_, y, k)]} * w[k];
    }

    void expect_exact() const {
        const std::uint32_t factor = static_cast<std::uint32_t>(a_.factor);
        const std::vector<std::int32_t> wrapped =
                interpret(output_, std::vector<std::int32_t>(sums_.begin(), sums_.end()));
        for (std::size_t y = 0; y < wrapped.size(); ++y) {
            const std::uint32_t scaled = static_cast<std::uint32_t>(wrapped[y]) * inverse_of_odd_part(factor);
            ASSERT_EQ(static_cast<std::int32_t>(scaled) >> shift_of_factor(factor), true_[y])
                    << "output " << y;
            ASSERT_LT(std::abs(true_[y]), accumulator_limit(a_));
        }
    }

    std::int64_t largest() const {
        return std::transform_reduce(
                true_.begin(), true_.end(), std::int64_t {0}, [](auto a, auto b) { return std::max(a, b); },
                [](auto y) { return std::abs(y); });
    }

private:
    const bilinear_algorithm &a_;
    const program &output_;
    std::vector<std::uint32_t> sums_ = std::vector<std::uint32_t>(a_.components());
    std::vector<std::int64_t> true_ = std::vector<std::int64_t>(a_.outputs.count());
};

TEST(bilinear, is_exact_over_full_ranges) {
    std::mt19937 random(1);
    for (const auto &[name, a] : testing::all_algorithms())
        for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}}) {
            if (!fits_s16(a, source)) continue;
            SCOPED_TRACE(name);
            // All values random, all at random ends of their ranges, all at the same end.
            for (const int pattern : {0, 1, 2}) {
                convolution_by conv(a, a.output_program);
                const auto draw = [&](int lo, int hi) {
                    if (pattern == 0) return std::uniform_int_distribution<int>(lo, hi)(random);
                    return pattern == 1 && random() % 2 == 0 ? lo : hi;
                };
                for (int channel = 0; channel < 40; ++channel) {
                    std::vector<std::int16_t> x(a.inputs().count());
                    std::vector<int> w(a.taps.count());
                    for (auto &value : x) value = static_cast<std::int16_t>(draw(source.lo, source.hi));
                    for (auto &value : w) value = pattern == 2 ? -128 : draw(-128, 127);
                    conv.add_channel(x, w);
                }
                ASSERT_NO_FATAL_FAILURE(conv.expect_exact());
            }
        }
}

// Up to the very bound: as many channels as it takes, all of the largest products.
TEST(bilinear, is_exact_up_to_the_bound) {
    for (const auto &[name, a] : testing::all_algorithms()) {
        if (!fits_s16(a, {-255, 255})) continue;
        SCOPED_TRACE(name);
        convolution_by conv(a, a.output_program);
        const std::vector<std::int16_t> x(a.inputs().count(), 255);
        const std::vector<int> w(a.taps.count(), -128);
        const std::int64_t one = std::int64_t {255} * 128 * a.taps.count();
        const std::int64_t channels = std::min<std::int64_t>((accumulator_limit(a) - 1) / one, 3000);
        for (std::int64_t channel = 0; channel < channels; ++channel) conv.add_channel(x, w);
        EXPECT_EQ(conv.largest(), channels * one);
        ASSERT_NO_FATAL_FAILURE(conv.expect_exact());
    }
}

TEST(bilinear, the_output_program_can_leave_outputs_out) {
    std::mt19937 random(3);
    for (const auto &[name, a] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        std::vector<int> first;
        for (int y = 0; y < a.outputs.count(); ++y)
            if (y / a.outputs.cols < (a.outputs.rows + 1) / 2
                    && y % a.outputs.cols < (a.outputs.cols + 1) / 2)
                first.push_back(y);
        const program part = partial_program(a.output_program, first);
        std::vector<std::int32_t> m(a.components());
        for (auto &value : m) value = static_cast<std::int32_t>(random());
        const auto whole = interpret(a.output_program, m), some = interpret(part, m);
        for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(some[i], whole[first[i]]);
        EXPECT_LE(part.code.size(), a.output_program.code.size());
    }
}

// The taps come back, whatever they are; by numbers that leave no 32 bits with weights of 16 bits.
TEST(bilinear, transformed_weights_give_back_the_taps) {
    for (const auto &[name, a] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        const weights_inverse inverse = inverse_of_weights(a);
        ASSERT_EQ(std::ssize(inverse.components), a.taps.count());
        for (int tap = 0; tap < a.taps.count(); ++tap) {
            std::int64_t largest = 0;
            for (int other = 0; other < a.taps.count(); ++other) {
                int sum = 0;
                for (int i = 0; i < a.taps.count(); ++i)
                    sum += inverse.coefficients(tap, i) * a.weights(inverse.components[i], other);
                ASSERT_EQ(sum, tap == other ? inverse.divisor : 0);
            }
            for (int i = 0; i < a.taps.count(); ++i)
                largest += std::int64_t {std::abs(inverse.coefficients(tap, i))} << 15;
            EXPECT_LT(largest, std::int64_t {1} << 31);
        }
    }
}

TEST(bilinear, toom_cook_has_no_direct_dimension) {
    EXPECT_THROW(
            make_toom_cook(tile_of(tile_id::f1x4).rows, tile_of(tile_id::f1x4).cols), std::invalid_argument);
    EXPECT_EQ(make_toom_cook(tile_of(tile_id::row4).rows, tile_of(tile_id::row4).cols).components(), 6);
}

} // namespace
} // namespace winodnn
