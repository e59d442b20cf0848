// How V is quantized: each tile in the range of its own largest value.
#pragma once

#include "winograd/number_system.hpp"
#include "winograd/tile_classes.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace winodnn {

// All 8-bit components of one tile, all input channels, are quantized at one level. At level 0 steps are so
// wide that nothing saturates, whatever the source's values. At each level they are 1 / gain_of(level) times
// as wide, and a tile takes the last level at which its own values do not saturate. So no tile depends on
// what a calibration saw: it chooses how fine the components are against each other, no more.
// The last one is that of the coarsest step there can be: f4x4's |v| of 25500 in 63 steps, at 60 times the
// finest component's range.
constexpr int most_levels = 31;
// 1, 4/3, 2, 8/3, 4 .. : ranges of 1.5 and 1 times powers of two, so that a level follows from a float's
// bits.
float gain_of(int level);

// v times a multiplier / 2^15, rounded. That is vpmulhrsw: one instruction. 32767 stands for 1: a transform's
// |v| < 2^14 is unchanged.
constexpr int scaled(int v, int multiplier) {
    return (v * multiplier + (1 << 14)) >> 15;
}

struct component_quantizer {
    float step = 1; // what a step of q is in v: at level 0, or of wide components
    std::int16_t zero_point = 0;
    // scaled(v, share) is how much of level 0's range v fills, in units of 2^-class_quantizer::unit_bits. 0
    // of wide components: the level does not depend on them.
    std::int16_t share = 0;
    std::array<std::int16_t, most_levels> multipliers {}; // by level

    bool operator==(const component_quantizer &) const = default;
};

// Of a class of tiles.
struct class_quantizer {
    std::vector<component_quantizer> components; // of the whole tile
    int unit_bits = 0;
    int levels = 1; // at the last one no step is more than 1, and V is exact
    // By level: a tile whose values are small is multiplied by 2^shift before, because no multiplier is
    // above 1.
    std::array<std::int32_t, most_levels> shifts {};

    bool operator==(const class_quantizer &) const = default;
    // `filled`: the largest magnitude of scaled(v, share) in the tile.
    int level_of(int filled) const;
    // q of 8 bits: scaled(v * 2^shift, multiplier) + zero_point. Of values at their tile's level 0 .. 255, or
    // .. 127 without VNNI: no step saturates.
    int quantized(std::size_t component, int v, int level) const;
};
// Steps differ, but zero points are common: sums of all classes start from them.
using class_quantizers = std::array<class_quantizer, tile_classes>;

// What a class's quantizer is made of.
struct component_bounds {
    double largest = 0; // that |v| can be, for this source; 0: tiles of the class have not got the component
    double range = 0;   // how large v is against the other components': any unit, 0 if it is not known
    bool is_one_sided = false; // v is never negative
};
class_quantizer quantizer_for(
        std::span<const component_bounds> components, const component_set &wide, int limit);
// Bounds, but for the ranges, of one tile; and of all classes of tiles of an image. One-sided are components
// that are so in all classes.
std::vector<component_bounds> bounds_of(const bilinear_algorithm &t, value_range source);
std::array<std::vector<component_bounds>, tile_classes> bounds_for(
        const tile &whole, const class_pieces &pieces, value_range source);

} // namespace winodnn
