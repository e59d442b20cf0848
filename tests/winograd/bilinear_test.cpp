// What holds for every bilinear algorithm.
#include "winograd/bilinear_algorithm.hpp"

#include "support/algorithms.hpp"
#include "support/correlation.hpp"
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

using testing::input_of;
using testing::interpret;

TEST(bilinear, computes_the_correlation) {
    for (const auto &[name, a] : testing::all_algorithms()) {
        SCOPED_TRACE(name);
        ASSERT_NO_FATAL_FAILURE(testing::expect_correlation(a));
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
        for (int plane = 0; plane < a_.u_planes(); ++plane) {
            std::int32_t sum = 0;
            for (int k = 0; k < a_.weights.cols(); ++k) sum += a_.weights(plane, k) * w[k];
            const auto u = static_cast<std::uint32_t>(static_cast<std::int16_t>(sum));
            const int c = a_.component_of_u(plane), term = a_.term_of_u(plane) * a_.v_term_planes();
            for (int r = 0; r < a_.repeats(); ++r)
                sums_[a_.m_plane(c, r)] += static_cast<std::uint32_t>(v[a_.v_plane(c, r) + term]) * u;
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
    std::vector<std::uint32_t> sums_ = std::vector<std::uint32_t>(a_.m_planes());
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
        std::vector<std::int32_t> m(a.m_planes());
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
        ASSERT_EQ(std::ssize(inverse.planes), a.taps.count());
        for (int tap = 0; tap < a.taps.count(); ++tap) {
            std::int64_t largest = 0;
            for (int other = 0; other < a.taps.count(); ++other) {
                int sum = 0;
                for (int i = 0; i < a.taps.count(); ++i)
                    sum += inverse.coefficients(tap, i) * a.weights(inverse.planes[i], other);
                ASSERT_EQ(sum, tap == other ? inverse.divisor : 0);
            }
            for (int i = 0; i < a.taps.count(); ++i)
                largest += std::int64_t {std::abs(inverse.coefficients(tap, i))} << 15;
            EXPECT_LT(largest, std::int64_t {1} << 31);
        }
    }
}

} // namespace
} // namespace winodnn
