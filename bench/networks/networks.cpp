#include "networks.hpp"

namespace demo {
namespace {

using kind = step::kind;

struct stage {
    long channels;
    int convolutions; // vgg16: 3x3s; resnet50: blocks
};

class builder {
public:
    std::string add(step s) {
        s.output = s.name;
        steps_.push_back(s);
        return s.output;
    }
    std::vector<step> take() { return std::move(steps_); }

private:
    std::vector<step> steps_;
};

std::string add_block(builder &b, const std::string &name, const std::string &input, long width, long stride,
        bool changes_shape) {
    const auto one_by_one = [](const std::string &what, const std::string &from, long channels) {
        return step {kind::convolution, what, from, {}, channels, 1, 1, 0};
    };
    std::string x = b.add(one_by_one(name + "_1x1", input, width));
    x = b.add({kind::convolution, name + "_3x3", x, {}, width, 3, stride, 1});

    std::string shortcut = input;
    if (changes_shape) {
        step project = one_by_one(name + "_project", input, 4 * width);
        project.stride = stride;
        project.relu = false;
        shortcut = b.add(project);
    }
    step expand = one_by_one(name + "_expand", x, 4 * width);
    expand.residual = shortcut;
    return b.add(expand);
}

} // namespace

std::vector<step> vgg16() {
    builder b;
    std::string x = image;
    int number = 1;
    for (const stage &s : {stage {64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
        const std::string suffix = std::to_string(number++);
        for (int i = 1; i <= s.convolutions; ++i)
            x = b.add({kind::convolution, "conv" + suffix + "_" + std::to_string(i), x, {}, s.channels});
        x = b.add({kind::max_pool, "pool" + suffix, x, {}, s.channels, 2, 2, 0});
    }
    return b.take();
}

std::vector<step> resnet50() {
    builder b;
    std::string x = b.add({kind::convolution, "conv1", image, {}, 64, 7, 2, 3});
    x = b.add({kind::max_pool, "pool1", x, {}, 64, 3, 2, 1});
    int number = 2;
    for (const stage &s : {stage {64, 3}, {128, 4}, {256, 6}, {512, 3}}) {
        for (int i = 1; i <= s.convolutions; ++i) {
            const std::string name = "conv" + std::to_string(number) + "_" + std::to_string(i);
            x = add_block(b, name, x, s.channels, i == 1 && number > 2 ? 2 : 1, i == 1);
        }
        ++number;
    }
    return b.take();
}

} // namespace demo
