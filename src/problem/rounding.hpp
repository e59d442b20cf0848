// Division and rounding of sizes, upwards.
#pragma once

namespace winodnn {

template <typename T>
constexpr T ceil_div(T a, T b) {
    return (a + b - 1) / b;
}

template <typename T>
constexpr T round_up(T value, T multiple) {
    return ceil_div(value, multiple) * multiple;
}

} // namespace winodnn
