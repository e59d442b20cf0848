// All bytes to and from an open file.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace winodnn {

// How long somebody else is waited for: the other end of a pipe, whoever holds a lock. A process that hangs
// for ever is worse than one that goes on without.
constexpr std::chrono::seconds patience {10};

// False, and errno. Whatever signals come: that a pipe has no reader or a file is too large is an error and
// does not kill the process.
bool write_all(int file, std::string_view content);

// All that follows, up to most_bytes; EFBIG if there is more.
bool read_all(int file, std::string &content, std::size_t most_bytes);

} // namespace winodnn
