#include "provider/onednn/real.hpp"

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

real_functions find_all() {
    real_functions table;
#define WINODNN_FIND(name) table.name = reinterpret_cast<decltype(&::name)>(find_real(#name));
    WINODNN_REAL_FUNCTIONS(WINODNN_FIND)
#undef WINODNN_FIND
    return table;
}

} // namespace

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
    return find_real_functions() != nullptr;
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

void *find_real(const char *name) {
    if (next_is_v3())
        if (void *next = not_ours(dlsym(RTLD_NEXT, name))) return next;
    void *const library = loaded_library();
    return library == nullptr ? nullptr : not_ours(dlsym(library, name));
}

const real_functions *find_real_functions() {
    if (!next_is_v3() && loaded_library() == nullptr) return nullptr;
    static const real_functions table = find_all();
    return &table;
}

} // namespace winodnn
