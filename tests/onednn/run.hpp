// A drawn case, run as a program would run it.
#pragma once

#include "onednn/draw.hpp"

namespace winodnn::testing {

struct outcome {
    dnnl_status_t status = dnnl_success; // of creating its descriptor; what follows is empty if it failed
    std::string implementation;
    std::vector<std::uint8_t> dst; // nhwc
    bool repeatable = true;        // a second execution gave the same bytes
    double weights_growth = 1;     // bytes of the weights' memory, over those of the plain ones
};

// `instead_of_winograd`: the algorithm to ask for where the case asks for Winograd by name.
outcome run(const drawn_case &d, dnnl::algorithm instead_of_winograd);

} // namespace winodnn::testing
