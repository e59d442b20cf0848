// Plans and problems in words: what tuning files are written in.
#pragma once

#include "plan/plan.hpp"

#include <string>

namespace winodnn {

constexpr const char *direct_choice = "direct";

// f4x4:tiles24:chunks1, with :whole behind it if there are no smaller pieces at the edges. Of exact plans;
// ISA and threads are the file's.
std::string spelled(const plan &exact_plan);

// All that the time depends on: the shape, types, strides of views, kinds of scales, zero points and
// post-ops. Values that are only multiplied by (a clip's bounds, a sum's scale) are not among it.
std::string spelled(const problem &p);

// The brand string of the CPU that this runs on, by cpuid.
std::string cpu_model();

} // namespace winodnn
