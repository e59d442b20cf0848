// What was measured, in a file: JSON, versioned, a line for each layer.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace winodnn {

// What a measurement holds for. Versions as in 3.2.1.
struct tuning_key {
    std::string cpu; // its model
    std::string onednn, winodnn;
    std::string isa;
    int threads = 1;
    std::string algorithm; // direct, or winograd for those that were asked for by name
    std::string problem;   // spelled(problem)

    auto operator<=>(const tuning_key &) const = default;
};

struct timed_choice {
    std::string choice; // spelled(plan), or direct
    double microseconds = 0;

    bool operator==(const timed_choice &) const = default;
};

struct tuning_result {
    std::string winner; // a choice
    std::vector<timed_choice> measured;

    bool operator==(const tuning_result &) const = default;
};

using tuning_results = std::map<tuning_key, tuning_result>;

// Nothing if there is no such file. Throws std::runtime_error: "FILE:LINE: what is wrong", or why the file
// cannot be read.
tuning_results read_tuning(const std::string &path);

// Adds a result to those of the file, or replaces the one of the same key. Processes and threads can do so at
// the same time: none loses what another one has added (they take turns by a lock on FILE.lock), and readers
// see a whole file. Throws std::runtime_error, without having changed the file: what is not understood is not
// written over, and whoever holds the lock is not waited for for ever.
void add_to_tuning(const std::string &path, const tuning_key &key, const tuning_result &result);

} // namespace winodnn
