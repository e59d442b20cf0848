// Memory next to an unmapped page: a read or write past its end (or before its start) is a crash.
#pragma once

#include <cstddef>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace winodnn::testing {

// `neither` leaves pages on both sides that may be read, for implementations of others that read past their
// source.
enum class guard { after, before, neither };

class guarded_buffer {
public:
    explicit guarded_buffer(std::size_t bytes, guard side = guard::after) {
        const std::size_t page = std::size_t(sysconf(_SC_PAGESIZE));
        const std::size_t slack = side == guard::neither ? page : 0;
        const std::size_t used = (bytes + page - 1) / page * page + 2 * slack;
        mapped_ = used + 2 * page;
        void *start = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED) throw std::bad_alloc();
        start_ = static_cast<std::byte *>(start);
        if (used != 0) mprotect(start_ + page, used, PROT_READ | PROT_WRITE);
        data_ = start_ + page + (side == guard::after ? used - bytes : slack);
    }
    ~guarded_buffer() { munmap(start_, mapped_); }
    guarded_buffer(const guarded_buffer &) = delete;
    guarded_buffer &operator=(const guarded_buffer &) = delete;

    std::byte *data() const { return data_; }

private:
    std::byte *start_, *data_;
    std::size_t mapped_;
};

} // namespace winodnn::testing
