// File descriptors that somebody owns.
#pragma once

#include <sys/types.h>
#include <utility>

namespace winodnn {

class file_descriptor {
public:
    file_descriptor() = default;
    explicit file_descriptor(int number) : number_(number) {}
    file_descriptor(file_descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
    file_descriptor &operator=(file_descriptor &&other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~file_descriptor() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    int get() const { return number_; }
    // False, and errno, if what was written has not arrived: network file systems say so here.
    bool close();

private:
    int number_ = -1;
};

// A file by its name in a folder, or AT_FDCWD. None, and errno, if it cannot be opened. Never 0, 1 or 2: in a
// process where these are closed, what anybody prints would end up in the file.
file_descriptor open_file(int folder, const char *name, int flags, mode_t mode = 0);

} // namespace winodnn
