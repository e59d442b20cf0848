// Files of one thing a line.
#pragma once

#include <string>
#include <vector>

namespace winodnn {

struct numbered_line {
    int number = 1; // in the file
    std::string text;
};

// All lines but those that are empty or start with #, without spaces at either end. Throws
// std::runtime_error: "FILE: cannot be read", or is too large.
std::vector<numbered_line> lines_of(const std::string &path);

} // namespace winodnn
