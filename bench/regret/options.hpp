#pragma once

#include <string>

namespace winodnn::bench {

struct regret_options {
    std::string layers;
    std::string isa = "native";
    int threads = 0;    // 0: as many as OpenMP likes
    double seconds = 2; // for each layer, about
    std::string json;
};

extern const char *const regret_usage;

// Throws std::invalid_argument: what is wrong.
regret_options parse_regret_options(int argc, char **argv);

} // namespace winodnn::bench
