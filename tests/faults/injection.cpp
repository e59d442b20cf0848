#include "faults/injection.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <new>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

struct address_range {
    std::uintptr_t begin = 0, end = 0;

    bool contains(const void *address) const {
        const auto a = reinterpret_cast<std::uintptr_t>(address);
        return a >= begin && a < end;
    }
};

// Of the code of whatever has this function.
address_range library_of(const void *function) {
    struct search {
        const void *function;
        address_range found;
    } s {function, {}};
    dl_iterate_phdr(
            [](dl_phdr_info *info, std::size_t, void *data) {
                auto &wanted = *static_cast<search *>(data);
                address_range range {~std::uintptr_t {0}, 0};
                for (int i = 0; i < info->dlpi_phnum; ++i) {
                    const auto &header = info->dlpi_phdr[i];
                    if (header.p_type != PT_LOAD) continue;
                    const std::uintptr_t first = info->dlpi_addr + header.p_vaddr;
                    range.begin = std::min(range.begin, first);
                    range.end = std::max(range.end, first + header.p_memsz);
                }
                if (range.contains(wanted.function)) wanted.found = range;
                return 0;
            },
            &s);
    return s.found;
}

struct libraries {
    address_range winodnn = library_of(reinterpret_cast<const void *>(&winodnn_version));
    address_range standard = library_of(dlsym(RTLD_DEFAULT, "_ZSt9terminatev"));
};

const libraries &known() {
    static const libraries l;
    return l;
}

thread_local bool inside = false; // what follows calls functions that are interposed, too

class guard {
public:
    guard() { inside = true; }
    ~guard() { inside = false; }
    guard(const guard &) = delete;
    guard &operator=(const guard &) = delete;
};

// Of this process and all that are forked from it: whoever started one that crashes wants to know.
struct shared_record {
    std::atomic<long> calls {0}, faults {0};
    std::array<char, 128> failed_in {};
};

shared_record &record() {
    static shared_record &shared = *[] {
        const guard g;
        return new (::mmap(nullptr, sizeof(shared_record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0)) shared_record;
    }();
    return shared;
}

std::atomic<bool> armed {false};
fault_plan current;

// On behalf of the library, if the standard library's code lies between.
bool is_winodnns(const void *caller) {
    if (known().winodnn.contains(caller)) return true;
    if (!known().standard.contains(caller)) return false;
    std::array<void *, 16> frames;
    const int count = backtrace(frames.data(), int(frames.size()));
    bool seen = false;
    for (int i = 0; i < count; ++i) {
        const bool standard = known().standard.contains(frames[std::size_t(i)]);
        if (seen && !standard) return known().winodnn.contains(frames[std::size_t(i)]);
        seen = seen || standard;
    }
    return false;
}

// The function of the library's that somebody else has called.
void note_function() {
    std::array<void *, 64> frames;
    const int count = backtrace(frames.data(), int(frames.size()));
    const void *outermost = nullptr;
    for (int i = 0; i < count && outermost == nullptr; ++i)
        if (known().winodnn.contains(frames[std::size_t(i)])
                && (i + 1 == count || !known().winodnn.contains(frames[std::size_t(i) + 1])))
            outermost = frames[std::size_t(i)];
    Dl_info info {};
    const bool named = outermost != nullptr && dladdr(outermost, &info) != 0 && info.dli_sname != nullptr;
    const std::string name = named ? info.dli_sname : "?";
    std::array<char, 128> &noted = record().failed_in;
    noted[name.copy(noted.data(), noted.size() - 1)] = '\0';
}

bool fails(fault kind, const void *caller) {
    if (!armed.load(std::memory_order_relaxed) || inside || current.kind != kind) return false;
    const guard g;
    if (!is_winodnns(caller)) return false;
    const long n = ++record().calls;
    if (current.nth == 0 || (current.all_later ? n < current.nth : n != current.nth)) return false;
    if (record().faults++ == 0) note_function();
    errno = current.error;
    return true;
}

std::atomic<long> live {0};

// Whose it is stands in front of it.
struct header {
    bool is_winodnns;
    std::size_t offset; // from what malloc gave
};

void *allocate(std::size_t bytes, std::size_t alignment, const void *caller) {
    if (fails(fault::allocation, caller)) return nullptr;
    const std::size_t offset = std::max(alignment, sizeof(header));
    void *start = nullptr;
    if (alignment <= alignof(std::max_align_t))
        start = std::malloc(bytes + offset);
    else
        start = std::aligned_alloc(alignment, (bytes + offset + alignment - 1) / alignment * alignment);
    if (start == nullptr) return nullptr;
    auto *data = static_cast<std::byte *>(start) + offset;
    auto *h = reinterpret_cast<header *>(data) - 1;
    bool ours = false;
    if (!inside) {
        const guard g;
        ours = is_winodnns(caller);
    }
    *h = {ours, offset};
    if (ours) ++live;
    return data;
}

void release(void *data) {
    if (data == nullptr) return;
    auto *h = static_cast<header *>(data) - 1;
    if (h->is_winodnns) --live;
    std::free(static_cast<std::byte *>(data) - h->offset);
}

template <typename Function>
Function next(const char *name) {
    const guard g;
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

} // namespace

void arm(const fault_plan &plan) {
    known();
    void *frame = nullptr;
    backtrace(&frame, 1); // loads what it needs
    current = plan;
    record().calls = 0;
    record().faults = 0;
    record().failed_in[0] = '\0';
    armed = true;
}

fault_record disarm() {
    armed = false;
    return {record().calls, record().faults, record().failed_in.data()};
}

long live_allocations() {
    return live;
}

} // namespace winodnn::testing

using namespace winodnn::testing;

// In a program, these replace those that the libraries use, too.

[[gnu::noinline]] void *operator new(std::size_t bytes) {
    if (void *p = allocate(bytes, alignof(std::max_align_t), __builtin_return_address(0))) return p;
    throw std::bad_alloc();
}

[[gnu::noinline]] void *operator new(std::size_t bytes, const std::nothrow_t &) noexcept {
    return allocate(bytes, alignof(std::max_align_t), __builtin_return_address(0));
}

[[gnu::noinline]] void *operator new(std::size_t bytes, std::align_val_t alignment) {
    if (void *p = allocate(bytes, std::size_t(alignment), __builtin_return_address(0))) return p;
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void *p) noexcept {
    release(p);
}

void operator delete(void *p, std::size_t) noexcept {
    release(p);
}

void operator delete(void *p, std::align_val_t) noexcept {
    release(p);
}

void operator delete(void *p, std::size_t, std::align_val_t) noexcept {
    release(p);
}

// clang-format off
#define WINODNN_INTERPOSE(result, name, kind, failed, parameters, ...)                                       \
    extern "C" [[gnu::visibility("default")]] result name parameters {                                       \
        static const auto real = next<result (*) parameters>(#name);                                         \
        return fails(kind, __builtin_return_address(0)) ? (failed) : real(__VA_ARGS__);                      \
    }
WINODNN_INTERPOSE(int, posix_memalign, fault::allocation, ENOMEM, (void **p, std::size_t alignment, std::size_t bytes) noexcept, p, alignment, bytes)
WINODNN_INTERPOSE(void *, mmap, fault::mapping, MAP_FAILED, (void *at, std::size_t bytes, int protection, int flags, int file, off_t offset) noexcept, at, bytes, protection, flags, file, offset)
WINODNN_INTERPOSE(int, mprotect, fault::protection, -1, (void *at, std::size_t bytes, int protection) noexcept, at, bytes, protection)
WINODNN_INTERPOSE(ssize_t, read, fault::reading, -1, (int file, void *to, std::size_t bytes), file, to, bytes)
WINODNN_INTERPOSE(int, poll, fault::reading, -1, (pollfd *files, nfds_t count, int milliseconds), files, count, milliseconds)
WINODNN_INTERPOSE(ssize_t, readlinkat, fault::reading, -1, (int folder, const char *name, char *to, std::size_t bytes) noexcept, folder, name, to, bytes)
WINODNN_INTERPOSE(int, fsync, fault::syncing, -1, (int file), file)
WINODNN_INTERPOSE(int, renameat, fault::renaming, -1, (int from, const char *name, int to, const char *new_name) noexcept, from, name, to, new_name)
WINODNN_INTERPOSE(int, fstat, fault::looking, -1, (int file, struct stat *s) noexcept, file, s)
WINODNN_INTERPOSE(int, fstatat, fault::looking, -1, (int folder, const char *name, struct stat *s, int flags) noexcept, folder, name, s, flags)
WINODNN_INTERPOSE(int, fstatfs, fault::looking, -1, (int file, struct statfs *s) noexcept, file, s)
WINODNN_INTERPOSE(int, faccessat, fault::looking, -1, (int folder, const char *name, int mode, int flags) noexcept, folder, name, mode, flags)
WINODNN_INTERPOSE(int, fchmod, fault::changing, -1, (int file, mode_t mode) noexcept, file, mode)
WINODNN_INTERPOSE(int, fchown, fault::changing, -1, (int file, uid_t user, gid_t group) noexcept, file, user, group)
WINODNN_INTERPOSE(int, unlinkat, fault::changing, -1, (int folder, const char *name, int flags) noexcept, folder, name, flags)
// clang-format on

extern "C" [[gnu::visibility("default")]] ssize_t write(int file, const void *from, std::size_t bytes) {
    static const auto real = next<ssize_t (*)(int, const void *, std::size_t)>("write");
    if (fails(fault::writing, __builtin_return_address(0))) return -1;
    if (bytes > 1 && fails(fault::short_write, __builtin_return_address(0))) bytes /= 2;
    return real(file, from, bytes);
}

extern "C" [[gnu::visibility("default")]] int openat(int folder, const char *name, int flags, ...) {
    static const auto real = next<int (*)(int, const char *, int, ...)>("openat");
    if (fails(fault::opening, __builtin_return_address(0))) return -1;
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return real(folder, name, flags, mode);
}

extern "C" [[gnu::visibility("default")]] int fcntl(int file, int command, ...) {
    static const auto real = next<int (*)(int, int, ...)>("fcntl");
    if (fails(fault::locking, __builtin_return_address(0))) return -1;
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    return real(file, command, argument);
}
