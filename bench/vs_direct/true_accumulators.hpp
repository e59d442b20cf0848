// What every accumulator of an int8 convolution must be, from the definition.
#pragma once

#include "layer.hpp"

#include <cstdint>
#include <vector>

namespace winodnn::bench {

// src is nhwc, weights are oihw, the result is nhwc.
std::vector<std::int32_t> true_accumulators(
        const layer &l, const std::vector<std::uint8_t> &src, const std::vector<std::int8_t> &weights);

} // namespace winodnn::bench
