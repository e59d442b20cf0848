// What WINODNN_VERBOSE shows, in the style of oneDNN's own verbose output.
#pragma once

#include "problem/problem.hpp"
#include "provider/attributes/attributes.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace winodnn {

// Level 1: one line per creation and execution. Level 2: refusals and their reasons as well.
bool verbose_events();
bool verbose_refusals();

// The mode has changed since it was printed.
void print_mode();
// `info` is everything from the engine to the problem: cpu,convolution,wino:...,mb1_ic...
// Where there is no memory the line is missing: nothing fails for it.
void print_event(const char *event, std::string_view info, double milliseconds);
void print_refusal(const char *event, std::string_view info, std::string_view reason);

// attr-scales:src0:0+wei:1 attr-post-ops:eltwise_relu
std::string to_string(
        const attribute_settings &attributes, const std::vector<post_op> &post_ops, bool user_scratchpad);

class stopwatch {
public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>(clock::now() - start_).count();
    }

private:
    using clock = std::chrono::steady_clock;
    clock::time_point start_ = clock::now();
};

} // namespace winodnn
