#include "footprint/networks.hpp"

namespace winodnn::bench {
namespace {

constexpr std::int64_t classes_of_unet = 2;

layer square(const std::string &name, std::int64_t ic, std::int64_t size, std::int64_t oc,
        std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    const extent e {size, (size + 2 * padding - kernel) / stride + 1, kernel, stride, 0, padding};
    return {name, 1, ic, oc, e, e};
}

std::vector<layer> vgg16() {
    std::vector<layer> found;
    std::int64_t channels = 3, size = 224, number = 1;
    const struct {
        std::int64_t channels;
        int convolutions;
    } stages[] = {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}};
    for (const auto &stage : stages) {
        for (int i = 1; i <= stage.convolutions; ++i) {
            const std::string name = "conv" + std::to_string(number) + "_" + std::to_string(i);
            found.push_back(square(name, channels, size, stage.channels, 3, 1, 1));
            channels = stage.channels;
        }
        size /= 2; // a pool
        ++number;
    }
    return found;
}

// v1.5: where a block halves the image, the 3x3 has the stride.
std::vector<layer> resnet50() {
    std::vector<layer> found {square("conv1", 3, 224, 64, 7, 2, 3)};
    std::int64_t channels = 64, size = 56, number = 2;
    const struct {
        std::int64_t width;
        int blocks;
    } stages[] = {{64, 3}, {128, 4}, {256, 6}, {512, 3}};
    for (const auto &stage : stages) {
        for (int i = 1; i <= stage.blocks; ++i) {
            const std::string name = "conv" + std::to_string(number) + "_" + std::to_string(i);
            const std::int64_t stride = i == 1 && number > 2 ? 2 : 1, out = 4 * stage.width;
            found.push_back(square(name + "_1x1", channels, size, stage.width, 1, 1, 0));
            found.push_back(square(name + "_3x3", stage.width, size, stage.width, 3, stride, 1));
            if (i == 1) found.push_back(square(name + "_project", channels, size, out, 1, stride, 0));
            size /= stride;
            found.push_back(square(name + "_expand", stage.width, size, out, 1, 1, 0));
            channels = out;
        }
        ++number;
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
    if (name == "vgg16") return {"VGG-16", vgg16()};
    if (name == "resnet50") return {"ResNet-50", resnet50()};
    if (name == "unet") return {"U-Net", unet()};
    return {name, read_layers(name)};
}

} // namespace winodnn::bench
