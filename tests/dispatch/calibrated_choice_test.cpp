#include "dispatch/calibrated_choice.hpp"

#include "support/layer.hpp"

#include <gtest/gtest.h>

#include <set>

namespace winodnn {
namespace {

// Some components are noisy in 8 bits, all are good in 16.
layer_calibration layer(tile_id tile, std::uint64_t noisy, double noise = 1) {
    layer_calibration l;
    l.tiles.push_back({{tile, tile_of(tile).outputs}, {}});
    for (int c = 0; c < tile_of(tile).components(); ++c) {
        const double in_8_bits = c < 64 && (noisy >> c & 1) != 0 ? noise : 1e-6;
        l.tiles.back().components.push_back({100, in_8_bits, in_8_bits, 1e-9});
    }
    return l;
}

number_system numbers_of_all(const std::vector<layer_calibration> &layers, tile_id tile = tile_id::f2x2) {
    std::vector<const layer_calibration *> pointers;
    for (const layer_calibration &l : layers) pointers.push_back(&l);
    return numbers_for(pointers, tile, 30, narrow_limit);
}

TEST(calibrated_choice, shared_weights_serve_the_most_demanding_source) {
    const auto first = layer(tile_id::f2x2, 0b0011), second = layer(tile_id::f2x2, 0b0110),
               neither = layer(tile_id::f2x2, 0);
    EXPECT_EQ(numbers_of_all({first}), (number_system {true, component_set(0b0011)}));
    EXPECT_EQ(numbers_of_all({first, second}), (number_system {true, component_set(0b0111)}));
    EXPECT_EQ(numbers_of_all({second, neither, first}), (number_system {true, component_set(0b0111)}));
    EXPECT_EQ(numbers_of_all({neither}), (number_system {true, {}}));
}

TEST(calibrated_choice, is_exact_if_one_source_has_to_be) {
    const auto good = layer(tile_id::f2x2, 0b0011), other_tile = layer(tile_id::f4x4, 0);
    auto bad = layer(tile_id::f2x2, 0);
    for (component_calibration &c : bad.tiles[0].components) c.noise_in_16_bits = c.noise_in_8_bits = 1;
    EXPECT_EQ(numbers_of_all({}), exact);
    EXPECT_EQ(numbers_of_all({bad}), exact);
    EXPECT_EQ(numbers_of_all({good, bad}), exact);
    EXPECT_EQ(numbers_of_all({good, other_tile}), exact) << "nothing is known of the tile";
}

// Tiles round differently: with another number of threads the same program would have other results.
TEST(calibrated_choice, does_not_depend_on_the_number_of_threads) {
    layer_calibration known;
    for (const observed_tile &t : all_observed_tiles()) {
        if (t.id != tile_id::f2x2 && t.id != tile_id::sfc4x4 && t.id != tile_id::sfc6x6) continue;
        known.tiles.push_back({t, {}});
        known.tiles.back().components.resize(static_cast<std::size_t>(algorithm_of(t).components()));
    }
    const std::vector<const layer_calibration *> layers {&known};
    std::set<tile_id> chosen;
    for (const dim pixels : {7, 13, 14, 28, 56})
        for (const dim channels : {32, 64, 256, 512})
            for (const dim mb : {1, 8}) {
                const problem p = testing::layer(mb, channels, pixels, channels);
                const auto choice = [&](int threads) {
                    const machine m {isa::avx512_core_vnni, false, threads, {1 << 20, 32 << 20}, {2, 4}};
                    return choose_calibrated_plan(p, m, layers, 35);
                };
                const std::optional<plan> alone = choice(1);
                if (alone) chosen.insert(alone->tile);
                for (const int threads : {2, 3, 8, 64}) {
                    const std::optional<plan> shared = choice(threads);
                    ASSERT_EQ(shared.has_value(), alone.has_value()) << to_string(p);
                    if (!shared) continue;
                    EXPECT_EQ(shared->tile, alone->tile) << to_string(p);
                    EXPECT_EQ(shared->threads, threads);
                }
            }
    EXPECT_GE(chosen.size(), 2u) << "it is no choice";
}

} // namespace
} // namespace winodnn
