// A step of a network as oneDNN primitives, in the way of oneDNN's own int8 example.
#pragma once

#include "networks.hpp"
#include "tensor.hpp"
#include "weights.hpp"

#include <dnnl.hpp>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace demo {

using tensors = std::map<std::string, tensor>;

class executable_step {
public:
    // Runs the step once and adds its output to `all`.
    executable_step(const dnnl::engine &engine, const step &s, tensors &all, generator &random);

    const std::string &implementation() const { return implementation_; }
    // Executions behind one that is not timed. The output stays as it is.
    std::vector<double> time();

private:
    void prepare_convolution(const step &s, tensors &all, generator &random);
    void prepare_pool(const step &s, tensors &all);
    void execute();

    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::primitive primitive_;
    std::unordered_map<int, dnnl::memory> arguments_;
    std::string implementation_;
};

} // namespace demo
