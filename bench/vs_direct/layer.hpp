// One convolution of a layers file, in benchdnn's problem syntax.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace winodnn::bench {

// One spatial dimension of a convolution.
struct extent {
    std::int64_t in = 0, out = 0, kernel = 0, stride = 1, dilation = 0; // dilation 0 is none, as in oneDNN
    std::int64_t pad_before = 0;

    std::int64_t reach() const { return (kernel - 1) * (dilation + 1) + 1; }
    std::int64_t pad_after() const { return (out - 1) * stride + reach() - in - pad_before; }
};

struct layer {
    std::string name;
    std::int64_t mb = 0, ic = 0, oc = 0;
    extent h, w;

    std::int64_t source_size() const { return mb * h.in * w.in * ic; }
    std::int64_t weights_size() const { return oc * products(); }
    std::int64_t destination_size() const { return mb * h.out * w.out * oc; }
    std::int64_t products() const { return ic * h.kernel * w.kernel; } // in one accumulator
    std::int64_t macs() const { return destination_size() * products(); }
};

// mb1ic64ih56oc64oh56kh3ph1n"name". What is left out is what benchdnn takes it for: mb 2, stride 1, no
// dilation, width as height, output from padding, padding from output, 0 if there is neither. Throws
// std::invalid_argument: what is wrong.
layer parse_layer(const std::string &text);

// One a line; empty lines and lines that start with # are comments. Throws std::runtime_error: file:line:
// why.
std::vector<layer> read_layers(const std::string &path);

} // namespace winodnn::bench
