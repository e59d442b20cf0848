// Files that lie beside this library.
#pragma once

#include <string>

namespace winodnn {

// The path of a file of this name there; the name alone if nobody knows where we are.
std::string beside_this_library(const char *file);

} // namespace winodnn
