#include "jit/base/code_pages.hpp"

#include <atomic>
#include <cerrno>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace winodnn::jit {

namespace {

std::uint8_t *map(std::size_t bytes) {
    void *pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::uint8_t *>(pages);
}

enum class verdict : std::uint8_t { unknown, may, may_not };
constinit std::atomic<verdict> code {verdict::unknown};

bool protect(std::uint8_t *begin, std::size_t bytes) {
    if (mprotect(begin, bytes, PROT_READ | PROT_EXEC) == 0) return true;
    // Anything else is about memory, and may be otherwise the next time.
    if (errno == EACCES || errno == EPERM) code = verdict::may_not;
    return false;
}

} // namespace

bool may_execute_code() {
    if (code == verdict::unknown) {
        const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        std::uint8_t *page = map(bytes);
        if (protect(page, bytes)) code = verdict::may;
        munmap(page, bytes);
        if (code == verdict::unknown) throw std::bad_alloc();
    }
    return code == verdict::may;
}

std::uint8_t *code_pages::alloc(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t rounded = (bytes + page - 1) / page * page;
    const mapping added {map(rounded), rounded};
    outgrown_ = current_;
    current_ = added;
    return current_.begin;
}

void code_pages::free(std::uint8_t *begin) {
    mapping &freed = begin == current_.begin ? current_ : outgrown_;
    munmap(freed.begin, freed.bytes);
    freed = {};
}

void code_pages::make_executable() {
    if (!protect(current_.begin, current_.bytes)) throw std::bad_alloc();
}

} // namespace winodnn::jit
