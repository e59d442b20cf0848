#include "provider/onednn/real.hpp"

#include "process/never_destroyed.hpp"

#include <dlfcn.h>

// Where this library begins and ends: names that the linker gives.
extern "C" {
extern const char own_begin __asm__("__ehdr_start") __attribute__((visibility("hidden")));
extern const char own_end __asm__("_end") __attribute__((visibility("hidden")));
}

namespace winodnn {
namespace {

int version_by(const void *function) {
    using version_function = decltype(&::dnnl_version);
    return function == nullptr ? 0
                               : reinterpret_cast<version_function>(const_cast<void *>(function))()->major;
}

constinit std::atomic<void *> next_library {nullptr};

// Whether what is next in the process's own scope is of v3: another version's functions may come before, or
// alone.
bool next_is_v3() {
    static constinit std::atomic<bool> known {false};
    if (known.load(std::memory_order_acquire)) return true;
    const void *version = next_of("dnnl_version");
    if (version_by(version) != 3) return false;
    Dl_info where {};
    if (dladdr(version, &where) != 0) next_library.store(keep_loaded(where.dli_fname));
    known.store(true, std::memory_order_release);
    return true;
}

// Frameworks load it from a folder of their own and locally, where the next in the process's own scope is
// not looked for.
constinit std::atomic<void *> local_library {nullptr};

// The function of this name in the oneDNN v3 behind us, or nullptr: it may be older than the program's
// headers.
void *find_shared(const char *name) {
    if (next_is_v3())
        if (void *next = not_ours(dlsym(RTLD_NEXT, name))) return next;
    void *const library = loaded_library();
    return library == nullptr ? nullptr : not_ours(dlsym(library, name));
}

struct shared_onednn : onednn {
    shared_onednn() : onednn(loaded_library()) { find_by(find_shared); }
};

} // namespace

constinit thread_local const onednn *current_onednn = nullptr;

void *find_newer(newer_function function) {
    const onednn *entered = entered_onednn();
    return entered == nullptr ? nullptr : entered->newer[static_cast<std::size_t>(function)];
}

bool is_ours(const void *function) {
    return function >= &own_begin && function < &own_end;
}

void *keep_loaded(const char *file) {
    return dlopen(file, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

void *loaded_library() {
    if (void *known = local_library.load(std::memory_order_acquire)) return known;
    void *library = keep_loaded("libdnnl.so.3");
    if (library == nullptr) return nullptr;
    void *none = nullptr;
    return local_library.compare_exchange_strong(none, library) ? library : none;
}

bool serves(void *library) {
    if (version_of(library) != 3) return false;
    void *none = nullptr;
    // One that goes by another name, and is the first.
    if (loaded_library() == nullptr) local_library.compare_exchange_strong(none, library);
    return find_served() && (library == loaded_library() || library == next_library.load());
}

bool find_served() {
    return find_shared_onednn() != nullptr;
}

const void *next_of(const char *name) {
    return not_ours(dlsym(RTLD_NEXT, name));
}

int version_of_next() {
    return version_by(next_of("dnnl_version"));
}

int version_of(void *library) {
    return version_by(dlsym(library, "dnnl_version"));
}

const onednn *find_shared_onednn() {
    if (!next_is_v3() && loaded_library() == nullptr) return nullptr;
    static const never_destroyed<shared_onednn> shared;
    return &*shared;
}

} // namespace winodnn
