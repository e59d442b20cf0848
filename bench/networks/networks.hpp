// The convolutions and pools of the demo's networks, as data.
#pragma once

#include <string>
#include <vector>

namespace demo {

struct step {
    enum class kind { convolution, max_pool };

    kind what = kind::convolution;
    std::string name;
    std::string input, output; // tensors
    long channels = 0;         // of the output; a pool keeps those of its input
    long kernel = 3, stride = 1, padding = 1;
    bool relu = true;
    std::string residual = {}; // a tensor that is added before the relu
};

constexpr const char *image = "image"; // the first tensor: 224 x 224, 3 channels

std::vector<step> vgg16();
// v1.5: where a block halves the image, the 3x3 has the stride. Without the last pool and the classifier.
std::vector<step> resnet50();

} // namespace demo
