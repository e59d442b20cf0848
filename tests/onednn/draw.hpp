// Random convolutions: valid ones, though not all that oneDNN has an implementation for.
#pragma once

#include "provider/convolution_case.hpp"

namespace winodnn::testing {

struct drawn_case {
    convolution_case c;
    int threads = 1;

    // Of the kind that Winograd is for: 3x3, 1x3 or 3x1, stride 1, no dilation. Sources and weights are int8
    // always.
    bool is_candidate() const { return c.is_winograds(); }
    // Of those, the ones that it is most for.
    bool is_3x3() const { return is_candidate() && c.kh == 3 && c.kw == 3; }
    bool by_name() const { return c.algorithm == dnnl::algorithm::convolution_winograd; }
};

// The same for the same two numbers. `seven_bits`: see convolution_case.
drawn_case draw(unsigned seed, unsigned index, bool seven_bits);

// benchdnn's command line.
std::string to_benchdnn(const drawn_case &d);

} // namespace winodnn::testing
