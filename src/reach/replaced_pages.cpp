#include "reach/replaced_pages.hpp"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace winodnn {
namespace {

std::size_t page_bytes() {
    static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

} // namespace

replaced_pages::~replaced_pages() {
    for (const auto &[page, made] : copies_)
        if (made.bytes != nullptr) munmap(made.bytes, page_bytes());
}

replaced_pages::copy *replaced_pages::copy_of(std::uintptr_t page) {
    copy &made = copies_[page];
    if (made.bytes != nullptr) return &made;
    void *mapped = mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    made.bytes = static_cast<std::uint8_t *>(mapped);
    std::memcpy(made.bytes, reinterpret_cast<const void *>(page), page_bytes());
    return &made;
}

bool replaced_pages::write(std::uintptr_t address, std::span<const std::uint8_t> bytes, bool last) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::uintptr_t at = address + i, page = at / page_bytes() * page_bytes();
        copy *made = copy_of(page);
        if (made == nullptr) return false;
        made->bytes[at - page] = bytes[i];
        made->last = made->last || last;
    }
    return true;
}

bool replaced_pages::make_executable() {
    for (const auto &[page, made] : copies_)
        if (mprotect(made.bytes, page_bytes(), PROT_READ | PROT_EXEC) != 0) return false;
    return true;
}

bool replaced_pages::put_in_place() {
    for (const bool last : {false, true})
        for (auto &[page, made] : copies_) {
            if (made.last != last || made.bytes == nullptr) continue;
            if (mremap(made.bytes, page_bytes(), page_bytes(), MREMAP_MAYMOVE | MREMAP_FIXED,
                        reinterpret_cast<void *>(page))
                    == MAP_FAILED)
                return false;
            made.bytes = nullptr;
        }
    return true;
}

} // namespace winodnn
