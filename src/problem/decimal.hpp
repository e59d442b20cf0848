// Decimal numbers as text, whatever the program's locale: with a point, and no separators of thousands.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace winodnn {

inline std::string decimal(double value, std::chars_format format, int precision) {
    std::array<char, 400> text {}; // the largest number without an exponent has 309 digits
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, format, precision);
    static_cast<void>(error);
    return {text.data(), end};
}

// As printf's %g in the C locale.
inline std::string decimal(double value) {
    return decimal(value, std::chars_format::general, 6);
}

// As %.1f, if there is one digit.
inline std::string decimal(double value, int digits_behind_point) {
    return decimal(value, std::chars_format::fixed, digits_behind_point);
}

} // namespace winodnn
