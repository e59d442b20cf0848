// Plans under a bound on what packed weights may take.
#include "dispatch/calibrated_choice.hpp"
#include "dispatch/candidates.hpp"
#include "dispatch/cost.hpp"
#include "support/layer.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

using testing::layer;

machine allowing(double growth) {
    machine m {isa::avx512_core_vnni, false, 1};
    m.max_weights_growth = growth;
    return m;
}

TEST(weights_growth, is_of_the_memory_that_programs_allocate) {
    for (const dim groups : {0, 1, 3})
        for (const tile_id tile : all_tiles()) {
            const weights_layout l {tile, 16, {0, 255}, 100, 40, groups};
            const dim bytes = strides_of(l)[0] * dims_of(l)[0];
            EXPECT_EQ(growth_of(l),
                    static_cast<double>(bytes) / static_cast<double>(l.group_count() * 100 * 40 * l.taps()));
            EXPECT_GT(growth_of(l), 2.6);
        }
    // 36 components of s16 for 9 taps of s8, and the header.
    EXPECT_NEAR(growth_of({tile_id::f4x4, 16, {0, 255}, 512, 512}), 8.1, 0.1);
}

TEST(weights_growth, of_all_candidates_is_within_the_bound) {
    for (const dim channels : {16, 64, 256})
        for (const double growth : {3.0, 4.2, 6.0, 9.0}) {
            const problem p = layer(1, channels, 28, channels);
            const std::vector<prediction> all = candidates(p, allowing(machine::unbounded), however_slow),
                                          some = candidates(p, allowing(growth), however_slow);
            std::size_t expected = 0;
            for (const prediction &c : all) expected += growth_of(layout_for(p, c.plan)) <= growth;
            EXPECT_EQ(some.size(), expected) << channels << ' ' << growth;
            for (const prediction &c : some) EXPECT_LE(growth_of(layout_for(p, c.plan)), growth);
        }
}

TEST(weights_growth, a_smaller_tile_is_taken_that_is_still_faster) {
    const problem p = layer(1, 256, 56, 256);
    const plan free = choose_plan(p, allowing(machine::unbounded)).value();
    EXPECT_EQ(free.tile, tile_id::f4x4);
    const expected<plan> bounded = choose_plan(p, allowing(4.2));
    ASSERT_TRUE(bounded) << bounded.error().text();
    EXPECT_NE(bounded->tile, tile_id::f4x4);
    EXPECT_LE(growth_of(layout_for(p, *bounded)), 4.2);
    EXPECT_GE(direct_cycles(p, allowing(4.2)), least_gain * winograd_cycles(p, allowing(4.2), *bounded));
    EXPECT_EQ(choose_plan(p, allowing(8.5)).value(), free);
}

TEST(weights_growth, declines_with_the_bound_for_a_reason_only_where_it_is_one) {
    const std::string bound = " times the bytes of plain ones, and 1.5 times are allowed";
    const refusal large = choose_plan(layer(1, 256, 56, 256), allowing(1.5)).error();
    EXPECT_EQ(large.reason(), refusal_reason::growth);
    const std::string text = large.text();
    EXPECT_TRUE(text.starts_with("packed weights would take 8.") && text.ends_with(bound)) << text;
    const refusal by_name = fastest_plan(layer(1, 256, 56, 256), allowing(1.5)).error();
    EXPECT_EQ(by_name.reason(), refusal_reason::growth);
    EXPECT_EQ(by_name.text(), text);
    // Direct convolution is as fast, whatever weights may take.
    const problem small = layer(1, 512, 7, 512);
    EXPECT_EQ(choose_plan(small, allowing(1.5)).error().reason(), refusal_reason::slower);
    EXPECT_STREQ(choose_plan(small, allowing(1.5)).error().text(),
            choose_plan(small, allowing(machine::unbounded)).error().text());
    EXPECT_TRUE(std::string(fastest_plan(small, allowing(1.5)).error().text()).ends_with(bound));
}

// Layouts for calibrated weights have room for the s8 weights as well.
TEST(weights_growth, of_calibrated_plans_is_within_the_bound) {
    const problem p = layer(1, 256, 56, 256);
    layer_calibration known {key_of(p, 1)};
    for (const tile_id tile : all_tiles())
        if (serves_quantized(tile, p))
            known.tiles.push_back({{tile, tile_of(tile).outputs},
                    std::vector<component_calibration>(
                            static_cast<std::size_t>(tile_of(tile).components()))});
    const layer_calibration *layers[] = {&known};
    const auto choose = [&](double growth) {
        return choose_calibrated_plan(p, allowing(growth), layers, 25);
    };
    const plan free = choose(machine::unbounded).value();
    EXPECT_EQ(free.tile, tile_id::f4x4);
    const double largest = growth_of(layout_for(p, free));
    EXPECT_GT(largest, 9);
    EXPECT_EQ(choose(largest), free);
    const std::optional<plan> smaller = choose(0.99 * largest);
    ASSERT_TRUE(smaller);
    EXPECT_LE(growth_of(layout_for(p, *smaller)), 0.99 * largest);
    EXPECT_FALSE(choose(3));
}

} // namespace
} // namespace winodnn
