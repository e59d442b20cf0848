// Programs run as processes of their own.
#pragma once

#include <cstdio>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace winodnn::testing {

// stdout, and with `errors` stderr, of a shell command, which has to succeed.
inline std::string output_of(const std::string &command, bool errors = false) {
    std::FILE *pipe = popen((command + (errors ? " 2>&1" : " 2>/dev/null")).c_str(), "r");
    std::string text;
    char buffer[4096];
    while (std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
    EXPECT_EQ(pclose(pipe), 0) << command;
    return text;
}

inline std::vector<std::string> lines_of(const std::string &text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

} // namespace winodnn::testing
