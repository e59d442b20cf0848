#include "calibration/range_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace winodnn {
namespace {

std::vector<weighted_value> sorted(std::vector<std::int16_t> values) {
    std::ranges::sort(values);
    std::vector<weighted_value> result;
    for (const std::int16_t value : values) result.push_back({value, 1});
    return result;
}

std::vector<std::int16_t> bell(int samples, double deviation) {
    std::mt19937 random(1);
    std::normal_distribution<double> normal(0, deviation);
    std::vector<std::int16_t> values;
    for (int n = 0; n < samples; ++n) values.push_back(static_cast<std::int16_t>(normal(random)));
    return values;
}

TEST(range_choice, max_is_all_that_was_seen) {
    const component_range r = choose_range(scale_choice::max, sorted(bell(100, 50)), {-700, 900}, 255);
    EXPECT_EQ(r.low, -700);
    EXPECT_EQ(r.high, 900);
}

TEST(range_choice, percentile_leaves_out_one_in_ten_thousand_at_either_end) {
    std::vector<std::int16_t> values(20000);
    for (int n = 0; n < 20000; ++n)
        values[static_cast<std::size_t>(n)] = static_cast<std::int16_t>(n - 10000);
    const component_range r = choose_range(scale_choice::percentile, sorted(values), {-10000, 9999}, 255);
    EXPECT_EQ(r.low, -9998);
    EXPECT_EQ(r.high, 9997);
}

// Against all pairs of clips on a grid.
TEST(range_choice, mse_is_within_a_percent_of_the_best) {
    for (const int limit : {255, 127})
        for (const double deviation : {30., 400., 3000.}) {
            const std::vector<weighted_value> values = sorted(bell(4000, deviation));
            const value_range seen {values.front().value, values.back().value};
            const auto error = [&](const component_range &r) {
                return mean_squared_error(values, narrow_quantizer(r, limit), limit);
            };
            const component_range chosen = choose_range(scale_choice::mse, values, seen, limit);
            double best = error(chosen);
            for (double low = 1; low > 0.2; low -= 0.04)
                for (double high = 1; high > 0.2; high -= 0.04)
                    best = std::min(best, error({low * seen.lo, high * seen.hi, 0}));
            EXPECT_LE(error(chosen), 1.03 * best) << limit << " steps, deviation " << deviation;
            EXPECT_LT(error(chosen), error({double(seen.lo), double(seen.hi), 0}) + 1e-9);
        }
}

// 4000 values of some 300 beside one of 8000. Covering that one takes steps of 35 instead of 8, so that each
// value errs by 100 in the square instead of 5; cutting it off errs by 5e7 each time that it occurs. 0.008 of
// a time breaks even.
TEST(range_choice, mse_weighs_what_is_rare_as_often_as_it_occurs) {
    const std::vector<std::int16_t> common = bell(4000, 300);
    for (const auto &[weight, covered] : {std::pair {1e-3, false}, {1., true}}) {
        std::vector<weighted_value> values = sorted(common);
        values.push_back({8000, weight});
        const component_range r = choose_range(scale_choice::mse, values, {values.front().value, 8000}, 255);
        EXPECT_EQ(r.high > 7000, covered) << weight;
    }
}

// A component that is never negative keeps all steps for what is positive: half the error's amplitude.
TEST(range_choice, non_negative_values_gain_a_bit) {
    std::vector<std::int16_t> magnitudes = bell(4000, 2000);
    for (auto &v : magnitudes) v = static_cast<std::int16_t>(std::abs(v));
    const std::vector<weighted_value> values = sorted(magnitudes);
    const component_range r = choose_range(scale_choice::max, values, {0, values.back().value}, 255);
    const component_quantizer own = narrow_quantizer(r, 255),
                              symmetric = narrow_quantizer({-r.high, r.high, 0}, 255);
    EXPECT_EQ(own.zero_point, 0);
    EXPECT_NEAR(symmetric.zero_point, 128, 1);
    EXPECT_GT(mean_squared_error(values, symmetric, 255) / mean_squared_error(values, own, 255), 3.5);
}

TEST(range_choice, values_that_are_all_zero_have_a_quantizer) {
    const std::vector<weighted_value> zeros = sorted(std::vector<std::int16_t>(100, 0));
    for (const scale_choice choice : {scale_choice::max, scale_choice::percentile, scale_choice::mse}) {
        const component_quantizer q = narrow_quantizer(choose_range(choice, zeros, {0, 0}, 255), 255);
        EXPECT_EQ(q.quantized(0, 255), q.zero_point);
        EXPECT_EQ(q.step(), 1.f);
    }
}

} // namespace
} // namespace winodnn
