// A program for some of its outputs.
#pragma once

#include "winograd/program.hpp"

#include <vector>

namespace winodnn {

// With the outputs of `p` of these numbers, in this order, and no instruction that none of them needs. The
// inputs keep their numbers, needed or not.
program partial_program(const program &p, const std::vector<int> &outputs);

} // namespace winodnn
