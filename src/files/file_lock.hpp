// Taking turns with other processes.
#pragma once

#include "files/file_place.hpp"
#include "files/transfer.hpp"

#include <chrono>

namespace winodnn {

// Held by one process, and one thread of it, at a time. It ends with the process, however that ends, and a
// child that is forked meanwhile does not have it: it is a POSIX record lock. (flock belongs to the open
// file, which children share.) The file that carries the lock stays: whoever removed it would take it from
// under those who wait for it.
class file_lock {
public:
    // NAME.lock, in the folder of the place. `path` is for errors: std::runtime_error, "PATH.lock: cannot be
    // locked: why", also when nobody else lets go for so long.
    file_lock(const file_place &place, const std::string &path, std::chrono::milliseconds longest = patience);
    ~file_lock();
    file_lock(const file_lock &) = delete;
    file_lock &operator=(const file_lock &) = delete;

private:
    bool take();

    file_descriptor file_;
};

} // namespace winodnn
