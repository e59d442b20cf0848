// How one component of V is quantized.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

namespace winodnn {

// q = ((v * multiplier + 2^14) >> 15) + zero_point, saturated to 0 .. 255 (127 without VNNI); for components
// in s16 without zero point and saturation. That is vpmulhrsw: one instruction, of which scales can be any
// 32768 / n. 32767 stands for 1: a transform's |v| < 2^14 is unchanged.
struct component_quantizer {
    std::int16_t multiplier = 32767;
    std::int16_t zero_point = 0;

    auto operator<=>(const component_quantizer &) const = default;

    // What a step of q is in v.
    float step() const { return multiplier == 32767 ? 1.f : 32768.f / static_cast<float>(multiplier); }
    int scaled(int v) const { return (v * multiplier + (1 << 14)) >> 15; }
    int quantized(int v, int limit) const { return std::clamp(scaled(v) + zero_point, 0, limit); }
};

} // namespace winodnn
