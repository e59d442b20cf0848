// A file that is in memory only, and has a path.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace winodnn::fuzz {

class memory_file {
public:
    memory_file() : number_(memfd_create("fuzz", MFD_CLOEXEC)) {
        if (number_ < 0) std::abort();
    }
    ~memory_file() { close(number_); }
    memory_file(const memory_file &) = delete;
    memory_file &operator=(const memory_file &) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

    void assign(std::string_view content) const {
        if (ftruncate(number_, 0) != 0) std::abort();
        if (pwrite(number_, content.data(), content.size(), 0) != ssize_t(content.size())) std::abort();
    }

    std::string content() const {
        std::string text(std::size_t(lseek(number_, 0, SEEK_END)), '\0');
        if (pread(number_, text.data(), text.size(), 0) != ssize_t(text.size())) std::abort();
        return text;
    }

private:
    const int number_;
};

} // namespace winodnn::fuzz
