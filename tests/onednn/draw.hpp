// Random convolutions: valid ones, though not all that oneDNN has an implementation for.
#pragma once

#include "provider/convolution_case.hpp"

#include <limits>

namespace winodnn::testing {

struct drawn_case {
    convolution_case c;
    int threads = 1;
    bool moves = false;        // all memory, between two executions
    int cache_capacity = 1024; // of oneDNN's cache of primitives
    double max_weights_growth = std::numeric_limits<double>::infinity();

    // Of the kind that Winograd is for: 3x3, 5x5, 1x3, 3x1, 1x5 or 5x1, stride 1. Sources and weights are
    // int8 always.
    bool is_candidate() const { return c.is_winograds(); }
    // Of those, the ones that it is most for.
    bool is_3x3() const { return is_candidate() && c.kh == 3 && c.kw == 3 && c.p.macs() > 0; }
    bool by_name() const { return c.algorithm == dnnl::algorithm::convolution_winograd; }
};

// The same for the same two numbers. `seven_bits`: see convolution_case.
drawn_case draw(unsigned seed, unsigned index, bool seven_bits);

// benchdnn's command line.
std::string to_benchdnn(const drawn_case &d);

} // namespace winodnn::testing
