// The program of a transposed matrix.
#pragma once

#include "winograd/program.hpp"

#include <vector>

namespace winodnn {

// Of y = M x, with y_i negated where `negative` says so, the program of M^T. By the transposition principle:
// each instruction backwards, what is added up becomes what is used several times and the other way round. It
// takes as many additions, but for the difference between the numbers of rows and columns (B. Tellegen; C.
// Fiduccia), and has what is needed last first, so that as few values are alive at the same time. Throws
// std::invalid_argument if an input of `p` is used nowhere, or has negative coefficients only.
program transposed(const program &p, const std::vector<bool> &negative);

} // namespace winodnn
