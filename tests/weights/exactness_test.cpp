#include "weights/exactness.hpp"

#include "winograd/ranges.hpp"

#include <gtest/gtest.h>

#include <random>

namespace winodnn {
namespace {

struct extremes {
    std::int64_t lowest = 0, highest = 0;
};

extremes reach(const std::int8_t *w, dim count, value_range x) {
    extremes e;
    for (dim n = 0; n < count; ++n) {
        e.highest += std::max<std::int64_t>({w[n] * x.hi, w[n] * x.lo});
        e.lowest += std::min<std::int64_t>({w[n] * x.hi, w[n] * x.lo});
    }
    return e;
}

void expect_proved(const weights_layout &layout, const std::vector<std::int8_t> &w) {
    const std::int64_t limit = accumulator_limit(tile_of(layout.tile));
    const exact_split split = split_exactly(layout, w.data());
    const auto &ends = split.ends;
    std::int64_t largest_sum = 0;
    dim begin = 0;
    for (std::size_t part = 0; part < ends.size(); ++part) {
        ASSERT_GT(ends[part], begin);
        const dim end = std::min<dim>(ends[part], layout.ic);
        bool could_be_longer = part + 1 < ends.size();
        bool fails_if_longer = false;
        for (dim oc = 0; oc < layout.oc; ++oc) {
            const std::int8_t *of_oc = w.data() + oc * layout.ic * 9;
            const extremes e = reach(of_oc + begin * 9, (end - begin) * 9, layout.source);
            EXPECT_LT(e.highest, limit);
            EXPECT_GE(e.lowest, -limit);
            largest_sum = std::max(largest_sum, reach(of_oc + begin * 9, (end - begin) * 9, {-1, 1}).highest);
            if (could_be_longer) {
                const dim longer = std::min<dim>(end + 8, layout.ic);
                const extremes next = reach(of_oc + begin * 9, (longer - begin) * 9, layout.source);
                fails_if_longer = fails_if_longer || next.highest >= limit || next.lowest < -limit;
            }
        }
        EXPECT_EQ(could_be_longer, fails_if_longer) << "a part is shorter than it has to be";
        begin = ends[part];
    }
    EXPECT_EQ(begin, layout.padded_ic());
    EXPECT_EQ(split.largest_sum, largest_sum);
    EXPECT_TRUE(ends.size() == 1 || may_split(layout));
}

TEST(exactness, worst_weights_are_split) {
    for (const value_range source : {value_range {0, 255}, {-128, 127}, {-255, 255}})
        for (const int value : {127, -128}) {
            const weights_layout layout {tile_id::f4x4, 16, source, 517, 17};
            const std::vector<std::int8_t> w(17 * 517 * 9, static_cast<std::int8_t>(value));
            EXPECT_GT(split_exactly(layout, w.data()).ends.size(), 1u);
            expect_proved(layout, w);
        }
}

TEST(exactness, one_bad_output_channel_splits_for_all) {
    const weights_layout layout {tile_id::f4x4, 16, {0, 255}, 512, 32};
    std::vector<std::int8_t> w(32 * 512 * 9, 1);
    EXPECT_EQ(split_exactly(layout, w.data()).ends.size(), 1u);
    std::fill_n(w.begin() + 20 * 512 * 9, 512 * 9, std::int8_t {-128});
    EXPECT_GT(split_exactly(layout, w.data()).ends.size(), 1u);
    expect_proved(layout, w);
}

TEST(exactness, alternating_signs_and_random) {
    std::mt19937 random(1);
    const weights_layout layout {tile_id::f4x4, 16, {0, 255}, 1024, 16};
    std::vector<std::int8_t> w(16 * 1024 * 9);
    for (std::size_t n = 0; n < w.size(); ++n) w[n] = n % 2 ? 127 : -128;
    expect_proved(layout, w);
    for (auto &value : w) value = static_cast<std::int8_t>(random());
    expect_proved(layout, w);
}

TEST(exactness, f2_hardly_ever_splits) {
    const weights_layout layout {tile_id::f2x2, 16, {-255, 255}, 1024, 16};
    const std::vector<std::int8_t> w(16 * 1024 * 9, -128);
    EXPECT_EQ(split_exactly(layout, w.data()).ends.size(), 1u);
    expect_proved(layout, w);
}

} // namespace
} // namespace winodnn
