#include "winograd/quantizer.hpp"

#include "winograd/ranges.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <random>
#include <span>

namespace winodnn {
namespace {

TEST(quantizer, gains_are_half_octaves) {
    EXPECT_EQ(gain_of(0), 1.f);
    EXPECT_EQ(gain_of(2), 2.f);
    for (int level = 0; level < most_levels; ++level) {
        EXPECT_NEAR(gain_of(level + 1) / gain_of(level), level % 2 == 0 ? 4. / 3 : 1.5, 1e-6);
    }
}

std::vector<component_bounds> bounds_with_ratios(tile_id id, value_range source, unsigned seed, double most) {
    std::vector<component_bounds> bounds = bounds_of(tile_of(id), source);
    std::mt19937 random(seed);
    for (component_bounds &b : bounds)
        b.range = b.largest / std::pow(most, static_cast<double>(random() % 1000) / 1000);
    return bounds;
}

// check(name, bounds, quantizer, limit), for all tiles, these sources, both limits, and ratios up to these.
template <typename Check>
void for_each_quantizer(std::initializer_list<value_range> sources, std::initializer_list<double> ratios,
        unsigned seed, const Check &check) {
    for (const tile_id id : all_tiles())
        for (const value_range source : sources)
            for (const int limit : {narrow_limit, narrow_limit_without_dot_product})
                for (const double ratio : ratios) {
                    if (!input_fits_s16(tile_of(id), source)) continue;
                    const auto bounds = bounds_with_ratios(id, source, seed, ratio);
                    check(tile_of(id).name, bounds, quantizer_for(bounds, {}, limit), limit);
                }
}

// Whatever is said of the components: any v that a source can have is inside level 0, and at the level of a
// tile nothing saturates, nothing leaves 16 bits on the way, and what is rounded away is half a step.
TEST(quantizer, no_value_saturates_at_its_tiles_level) {
    const auto check = [](const char *name, std::span<const component_bounds> bounds,
                               const class_quantizer &q, int limit) {
        for (std::size_t c = 0; c < bounds.size(); ++c)
            for (double v = bounds[c].largest; v >= 1; --v)
                for (const int sign : {1, -1}) {
                    if (sign < 0 && bounds[c].is_one_sided) continue;
                    const int x = sign * static_cast<int>(v);
                    const component_quantizer &of = q.components[c];
                    const int level = q.level_of(std::abs(scaled(x, of.share)));
                    const auto at = static_cast<std::size_t>(level);
                    const int shifted = x * (1 << q.shifts[at]);
                    ASSERT_LE(std::abs(shifted), 32767);
                    const int steps = scaled(shifted, of.multipliers[at]);
                    ASSERT_GE(steps + of.zero_point, 0) << name << ' ' << x;
                    ASSERT_LE(steps + of.zero_point, limit) << name << ' ' << x;
                    const double step = of.step / gain_of(level);
                    // Multipliers are rounded to whole numbers.
                    const double of_multiplier = std::abs(x) * 1. / of.multipliers[at];
                    ASSERT_LE(std::abs(steps * step - x), 0.51 * step + of_multiplier);
                }
    };
    for_each_quantizer({{0, 255}, {-255, 255}}, {5., 1e6}, 1, check);
}

// Of a large range a step's multiplier is so small that rounding it up would take the largest value a step
// too far.
TEST(quantizer, largest_values_do_not_saturate_whatever_they_are) {
    for (int largest = 256; largest <= 32767; ++largest)
        for (const bool is_one_sided : {false, true})
            for (const int limit : {narrow_limit, narrow_limit_without_dot_product}) {
                const component_bounds bounds[] {{static_cast<double>(largest), 1, is_one_sided}};
                const class_quantizer q = quantizer_for(bounds, {}, limit);
                const int level = q.level_of(scaled(largest, q.components[0].share));
                ASSERT_LE(q.quantized(0, largest, level), limit) << largest;
                if (is_one_sided) continue;
                ASSERT_GE(q.quantized(0, -largest, level), 0) << largest;
            }
}

// From the level before it, a tile that fills the range has more than a third of it.
TEST(quantizer, levels_are_as_fine_as_values_allow) {
    const auto bounds = bounds_with_ratios(tile_id::sfc4x4, {0, 255}, 2, 3);
    const class_quantizer q = quantizer_for(bounds, {}, narrow_limit);
    for (std::size_t c = 0; c < bounds.size(); ++c) {
        const component_quantizer &of = q.components[c];
        for (int x = static_cast<int>(bounds[c].largest); x > 200; x = x * 4 / 5) {
            const int level = q.level_of(scaled(x, of.share));
            if (level + 1 == q.levels) break; // all is exact there
            const double filled = x / (double {of.step} / gain_of(level) * (narrow_limit - of.zero_point));
            EXPECT_GT(filled, level == 0 ? 0 : 0.6) << x;
        }
    }
}

TEST(quantizer, the_last_level_is_exact) {
    const auto check = [](const char *name, std::span<const component_bounds> bounds,
                               const class_quantizer &q, int) {
        for (std::size_t c = 0; c < bounds.size(); ++c)
            for (int x = bounds[c].is_one_sided ? 0 : -2; x <= 2; ++x) {
                const double step = double {q.components[c].step} / gain_of(q.levels - 1);
                ASSERT_LE(step, 1) << name;
                const int steps = q.quantized(c, x, q.levels - 1) - q.components[c].zero_point;
                ASSERT_NEAR(steps * step, x, 0.51) << name;
            }
    };
    for_each_quantizer({{0, 255}, {-128, 127}, {-255, 255}}, {4., 1e6}, 3, check);
}

// A wide component fills 16 bits by itself, whatever the tile's level.
TEST(quantizer, wide_components_have_one_step) {
    const tile &t = tile_of(tile_id::f4x4);
    const auto bounds = bounds_of(t, {0, 255});
    const class_quantizer q = quantizer_for(bounds, all_components(t), narrow_limit);
    EXPECT_EQ(q.levels, 1);
    for (std::size_t c = 0; c < bounds.size(); ++c) {
        EXPECT_EQ(q.components[c].share, 0);
        EXPECT_LE(scaled(static_cast<int>(bounds[c].largest), q.components[c].multipliers[0]), wide_limit);
        EXPECT_GT(
                scaled(static_cast<int>(bounds[c].largest), q.components[c].multipliers[0]), wide_limit / 8);
    }
}

// The zero points of classes are common, and so is whether a component has one.
TEST(quantizer, classes_share_zero_points) {
    for (const tile_id id : {tile_id::f4x4, tile_id::sfc6x6, tile_id::sfc4x4}) {
        const tile &t = tile_of(id);
        const int rows = t.row_pieces.front().outputs, cols = t.col_pieces.front().outputs;
        const class_pieces pieces {
                &t.piece_of(0, cols), &t.piece_of(0, 0), &t.piece_of(rows, 0), &t.piece_of(rows, cols)};
        auto bounds = bounds_for(t, pieces, {0, 255});
        for (int k = 1; k < tile_classes; ++k) {
            const class_quantizer first = quantizer_for(bounds[0], {}, narrow_limit),
                                  other = quantizer_for(bounds[k], {}, narrow_limit);
            for (std::size_t c = 0; c < first.components.size(); ++c)
                EXPECT_EQ(first.components[c].zero_point, other.components[c].zero_point) << t.name;
        }
    }
}

} // namespace
} // namespace winodnn
