// Files that are read as a whole.
#pragma once

#include <string>

namespace winodnn {

// Of a regular file or a pipe. Throws std::runtime_error: "PATH: cannot be read: why".
std::string content_of(const std::string &path);

} // namespace winodnn
