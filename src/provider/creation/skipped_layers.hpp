// WINODNN_SKIP: convolutions that the user wants to be left to oneDNN.
#pragma once

#include "problem/problem.hpp"

namespace winodnn {

// Refuses with WINODNN_SKIP=FILE:LINE of the first line that the problem matches, and the line's name. The
// file is read at the first call; what cannot be understood of it is reported on stderr, once, and ignored.
expected<void> check_skipped(const problem &p);

} // namespace winodnn
