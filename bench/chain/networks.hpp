// Chains that networks have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace winodnn::bench {

// 3x3 convolutions of stride 1 and padding 1, one after the other, each with scales, bias and relu.
struct chain_network {
    std::string name;
    std::int64_t height, width;
    std::vector<std::int64_t> channels; // of the source, and of each destination
    bool residual = false;              // every second one adds what the pair of them has read

    int members() const { return static_cast<int>(channels.size()) - 1; }
    std::int64_t pixels() const { return height * width; }
};

const std::vector<chain_network> &chain_networks();

} // namespace winodnn::bench
