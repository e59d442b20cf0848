// A network that is described in JSON, as oneDNN primitives, with all its tensors.
#pragma once

#include "step.hpp"
#include "timing/stopwatch.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace winodnn::bench {

class network {
public:
    // `description` has "tensors": {name: {"dims": [n, c, h, w], "type": "u8",
    // "buffer": another tensor whose memory it is in, or null}}, "input" and "output", names
    // of two of them, and "steps", each as its class in steps/ says. `parameters` are what the steps' offsets
    // point into.
    network(const nlohmann::json &description, const std::vector<float> &parameters);

    // Files with the tensors' bytes, nhwc. Throw std::runtime_error when one cannot be read whole or written.
    void run(const std::string &input_path, const std::string &output_path);

    // By step: the largest magnitude in each channel of its output, on one input.
    nlohmann::json channel_maxima(const std::string &input_path);

    // By step: a hash of its output's bytes, on one input.
    nlohmann::json digests(const std::string &input_path);

    // One for each step, on the input of the last run.
    std::vector<turn> take_turn();

    // [{"name", "op", "implementation"}]
    nlohmann::json steps() const;

private:
    void load(const std::string &path);
    nlohmann::json for_each_output(
            const std::string &input_path, const std::function<nlohmann::json(const dnnl::memory &)> &look);

    dnnl::engine engine_;
    dnnl::stream stream_;
    tensors tensors_;
    std::string input_, output_;
    nlohmann::json descriptions_; // of the steps
    std::vector<std::unique_ptr<step>> steps_;
};

} // namespace winodnn::bench
