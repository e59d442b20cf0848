// How one component of V is quantized.
#pragma once

#include "winograd/tile_classes.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <vector>

namespace winodnn {

// q = ((v * multiplier + 2^14) >> 15) + zero_point, saturated to 0 .. 255 (127 without VNNI); for components
// in s16 without zero point and saturation. That is vpmulhrsw: one instruction, of which scales can be any
// 32768 / n. 32767 stands for 1: a transform's |v| < 2^14 is unchanged. A negative multiplier turns the range
// around: the step is negative then, too.
struct component_quantizer {
    std::int16_t multiplier = 32767;
    std::int16_t zero_point = 0;

    auto operator<=>(const component_quantizer &) const = default;

    // What a step of q is in v.
    float step() const { return multiplier == 32767 ? 1.f : 32768.f / static_cast<float>(multiplier); }
    int scaled(int v) const { return (v * multiplier + (1 << 14)) >> 15; }
    int quantized(int v, int limit) const { return std::clamp(scaled(v) + zero_point, 0, limit); }
};

// One for each component of a tile, for each class of tiles that there is (tile_class). Pieces have scales of
// their own, but zero points in common, which sums of all classes start from; those of components that a
// piece has not are there as well.
using class_quantizers = std::array<std::vector<component_quantizer>, tile_classes>;

} // namespace winodnn
