#pragma once

#include <optional>
#include <string>

namespace winodnn::bench {

struct options {
    std::string layers;
    std::string isa = "native";
    std::string mode = "exact";
    std::string scales = "mse";            // of calibrated mode
    std::optional<double> target;          // of calibrated mode, dB
    int source_bits = 8, weights_bits = 8; // that sources and weights have
    std::string variant;                   // a tile; empty: the dispatcher's choice
    int threads = 0;                       // 0: as many as OpenMP likes
    double seconds = 3;                    // that the times of a layer can take
    std::string json;
    bool in_turns = false; // time what stdin asks for
};

extern const char *const usage;

// Throws std::invalid_argument: what is wrong.
options parse_options(int argc, char **argv);

} // namespace winodnn::bench
