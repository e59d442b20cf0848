// What one process pays for the convolutions of a network.
#pragma once

#include "footprint/networks.hpp"

#include <string>

namespace winodnn::bench {

struct footprint {
    double convolutions = 0, taken_over = 0;
    double plain_bytes = 0;      // of all weights, in s8
    double weights_bytes = 0;    // of all memories of weights_desc()
    double scratchpad_bytes = 0; // the most that one primitive says it consumes: all share it
    // What the process's resident memory has grown by, from before the first convolution was created to
    // behind the first run. Sources and destinations are not part of it.
    double resident_bytes = 0;
    // Of all convolutions together: primitive descriptors and primitives, then reorders of weights, then a
    // first execution of each.
    double creation_ms = 0, packing_ms = 0, first_run_ms = 0;
    double later_creation_us = 0; // of one convolution that there is another one like: the mean over all
    double run_ms = 0;            // of executions of all, later

    double first_result_ms() const { return creation_ms + packing_ms + first_run_ms; }
};

// In this process, which has not created any convolution. Throws dnnl::error.
footprint measure(const network &n);

// For the way from one process to another. The latter throws std::runtime_error.
std::string to_json(const footprint &f);
footprint from_json(const std::string &text);

} // namespace winodnn::bench
