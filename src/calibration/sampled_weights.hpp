// U of some of a layer's output channels: those that noise is measured on.
#pragma once

#include "problem/problem.hpp"
#include "winograd/bilinear_algorithm.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace winodnn {

class sampled_weights {
public:
    // At most 32 channels, evenly. weights: s8 [oc of all groups][ic of one][kh][kw].
    sampled_weights(const bilinear_algorithm &t, const problem &p, const std::vector<std::int8_t> &weights);

    // In units of U, [plane][ic of one group]: as it is, and as 8 and 16 bits have it.
    struct channel {
        dim group;
        std::vector<float> exact, in_8_bits, in_16_bits;
    };
    std::span<const channel> channels() const { return channels_; }
    const bilinear_algorithm &tile() const { return tile_; }
    std::vector<double> powers() const; // of components, summed over channels

private:
    const bilinear_algorithm &tile_;
    const dim ic_;
    std::vector<channel> channels_;
};

} // namespace winodnn
