#include "dispatch/calibrated_choice.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

// Some components are noisy in 8 bits, all are good in 16.
layer_calibration layer(tile_id tile, std::uint64_t noisy, double noise = 1) {
    layer_calibration l;
    l.tiles.push_back({{tile, tile_of(tile).outputs}, {}});
    for (int c = 0; c < tile_of(tile).components(); ++c) {
        component_calibration of;
        of.in_8_bits = of.in_7_bits = {-100, 100, (noisy >> c & 1) != 0 ? noise : 1e-6};
        of.noise_in_16_bits = 1e-9;
        l.tiles.back().components.push_back(of);
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
    for (component_calibration &c : bad.tiles[0].components) c.noise_in_16_bits = c.in_8_bits.noise = 1;
    EXPECT_EQ(numbers_of_all({}), exact);
    EXPECT_EQ(numbers_of_all({bad}), exact);
    EXPECT_EQ(numbers_of_all({good, bad}), exact);
    EXPECT_EQ(numbers_of_all({good, other_tile}), exact) << "nothing is known of the tile";
}

} // namespace
} // namespace winodnn
