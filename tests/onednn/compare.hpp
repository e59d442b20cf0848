// When two results of one convolution are equal.
#pragma once

#include "onednn/draw.hpp"

namespace winodnn::testing {

enum class verdict {
    equal,   // value for value
    formula, // winodnn's are those of the documented formula to the bit, oneDNN's round otherwise
    not_the_formula,
    far,         // from oneDNN's, though the formula's
    other_bytes, // of what is oneDNN's in both
};

// oneDNN's implementations evaluate the formula in different ways: fused or not, scales multiplied in
// advance. So where bytes differ, winodnn's have to be those of the scalar reference for the documented
// formula, every one; and oneDNN's have to be so near that rounding explains them. Neither alone would do:
// the reference could misread what the program asks for, and nearness would hide errors.
constexpr bool is_right(verdict v) {
    return v == verdict::equal || v == verdict::formula;
}
const char *name_of(verdict v);

verdict compare(const drawn_case &d, const std::vector<std::uint8_t> &winodnn,
        const std::vector<std::uint8_t> &onednn);

} // namespace winodnn::testing
