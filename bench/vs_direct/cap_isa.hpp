#pragma once

#include <string>

namespace winodnn::bench {

// Before anything else asks oneDNN for something. Throws std::runtime_error if this machine does not have it,
// std::invalid_argument for names that are none of usage's.
void cap_isa(const std::string &name);

} // namespace winodnn::bench
