// The convolutions of the networks whose footprint is measured.
#pragma once

#include "vs_direct/layer.hpp"

namespace winodnn::bench {

struct network {
    std::string name;
    std::vector<layer> convolutions; // in the order in which they run, each with weights of its own
};

// vgg16 and resnet50 as in the demo, 224x224; unet as published, 572x572, without its four transposed
// convolutions; anything else is a file of layers. Throws std::runtime_error.
network network_called(const std::string &name);

} // namespace winodnn::bench
