#include "support/replaced_new.hpp"

#include <cstdlib>
#include <new>

using winodnn::testing::may_allocate;

// Not inlined, or the compiler takes what it sees for new paired with free.
[[gnu::noinline]] void *operator new(std::size_t bytes) {
    void *p = may_allocate() ? std::malloc(bytes) : nullptr;
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

// What std::stable_sort takes its buffer with.
void *operator new(std::size_t bytes, const std::nothrow_t &) noexcept {
    return may_allocate() ? std::malloc(bytes) : nullptr;
}

void *operator new(std::size_t bytes, std::align_val_t alignment) {
    const auto to = std::size_t(alignment);
    void *p = may_allocate() ? std::aligned_alloc(to, (bytes + to - 1) / to * to) : nullptr;
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

[[gnu::noinline]] void operator delete(void *p) noexcept {
    std::free(p);
}

void operator delete(void *p, std::size_t) noexcept {
    operator delete(p);
}

void operator delete(void *p, std::align_val_t) noexcept {
    operator delete(p);
}

void operator delete(void *p, std::size_t, std::align_val_t) noexcept {
    operator delete(p);
}
