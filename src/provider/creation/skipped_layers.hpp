// WINODNN_SKIP: convolutions that the user wants to be left to oneDNN.
#pragma once

#include "problem/problem.hpp"

#include <optional>
#include <string>

namespace winodnn {

// WINODNN_SKIP=FILE:LINE of the first line that the problem matches, and the line's name; nothing if there is
// none. The file is read at the first call; what cannot be understood of it is reported on stderr, once, and
// ignored.
std::optional<std::string> reason_to_skip(const problem &p);

} // namespace winodnn
