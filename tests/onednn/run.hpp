// A drawn case, run as a program would run it.
#pragma once

#include "onednn/draw.hpp"

namespace winodnn::testing {

struct outcome {
    std::string implementation;    // empty: oneDNN has none
    std::vector<std::uint8_t> dst; // nhwc
    bool repeatable = true;        // a second execution gave the same bytes
};

// `instead_of_winograd`: the algorithm to ask for where the case asks for Winograd by name.
outcome run(const drawn_case &d, dnnl::algorithm instead_of_winograd);

} // namespace winodnn::testing
