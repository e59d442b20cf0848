#include "footprint/networks.hpp"

#include "demo/networks.hpp"

#include <map>

namespace winodnn::bench {
namespace {

constexpr std::int64_t classes_of_unet = 2;

layer square(const std::string &name, std::int64_t ic, std::int64_t size, std::int64_t oc,
        std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    const extent e {size, (size + 2 * padding - kernel) / stride + 1, kernel, stride, 0, padding};
    return {name, 1, ic, oc, e, e};
}

std::vector<layer> convolutions_of(const std::vector<demo::step> &steps) {
    struct tensor {
        std::int64_t channels, size;
    };
    std::map<std::string, tensor> tensors {{demo::image, {3, 224}}};
    std::vector<layer> found;
    for (const demo::step &s : steps) {
        const tensor input = tensors.at(s.input);
        const layer l = square(s.name, input.channels, input.size, s.channels, s.kernel, s.stride, s.padding);
        if (s.what == demo::step::kind::convolution) found.push_back(l);
        tensors[s.output] = {s.channels, l.h.out};
    }
    return found;
}

// Levels of twice as many channels at half the size, down and up again; on the way up the first convolution
// has the channels of the level's way down as well.
std::vector<layer> unet() {
    std::vector<layer> found;
    std::int64_t size = 572, channels = 1;
    const auto add_two = [&](const std::string &name, std::int64_t oc) {
        for (const char *number : {"_1", "_2"}) {
            found.push_back(square(name + number, channels, size, oc, 3, 1, 0));
            size = found.back().h.out;
            channels = oc;
        }
    };
    for (const int level : {1, 2, 3, 4}) {
        add_two("down" + std::to_string(level), 32 << level);
        size /= 2;
    }
    add_two("bottom", 1024);
    for (const int level : {4, 3, 2, 1}) {
        size *= 2; // and half the channels, to which come those of the way down
        add_two("up" + std::to_string(level), 32 << level);
    }
    found.push_back(square("classes", channels, size, classes_of_unet, 1, 1, 0));
    return found;
}

} // namespace

network network_called(const std::string &name) {
    if (name == "vgg16") return {"VGG-16", convolutions_of(demo::vgg16())};
    if (name == "resnet50") return {"ResNet-50", convolutions_of(demo::resnet50())};
    if (name == "unet") return {"U-Net", unet()};
    return {name, read_layers(name)};
}

} // namespace winodnn::bench
