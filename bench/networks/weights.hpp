// Weights that a trained network could have had: fixed, so that every run of every machine has the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

// Independent of the standard library's distributions, whose values differ between libraries.
class generator {
public:
    explicit generator(const std::string &seed);
    std::uint64_t bits();
    float normal(); // nearly: the sum of four uniform numbers; mean 0, variance 1

private:
    std::uint64_t state_;
};

struct weights {
    std::vector<float> values;    // oihw
    std::vector<float> oc_scales; // of an s8 for each output channel
    double variance_gain = 0;     // of an output, in units of the mean square of an input
};

// He's initialisation: what keeps the variance through convolutions with relu.
weights make_weights(generator &random, long oc, long ic, long kernel);

} // namespace demo
