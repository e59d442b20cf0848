#include "provider/real.hpp"

#include <dlfcn.h>

namespace winodnn {
namespace {

const char anchor = 0; // an address inside this library

void *next_of(const char *name) {
    void *next = dlsym(RTLD_NEXT, name);
    return next == nullptr || is_ours(next) ? nullptr : next;
}

// A process can have oneDNN v2 as well, and its functions may be the ones that come next.
bool next_is_v3() {
    static const bool answer = [] {
        const auto version = reinterpret_cast<decltype(&::dnnl_version)>(next_of("dnnl_version"));
        return version != nullptr && version()->major == 3;
    }();
    return answer;
}

real_functions find_all() {
    real_functions table;
#define WINODNN_FIND(name) table.name = reinterpret_cast<decltype(&::name)>(find_real(#name));
    WINODNN_REAL_FUNCTIONS(WINODNN_FIND)
#undef WINODNN_FIND
    return table;
}

} // namespace

// A search that starts at libdnnl may come back to us: its own dependencies can be preloaded.
bool is_ours(const void *function) {
    Dl_info here {}, there {};
    return dladdr(&anchor, &here) != 0 && dladdr(function, &there) != 0 && here.dli_fbase == there.dli_fbase;
}

// Frameworks load it from a folder of their own and locally, where RTLD_NEXT does not look. The reference is
// kept: unloading the library would leave the table dangling.
void *loaded_library() {
    static void *const library = dlopen("libdnnl.so.3", RTLD_LAZY | RTLD_NOLOAD);
    return library;
}

void *find_real(const char *name) {
    void *const library = loaded_library();
    if (next_is_v3())
        if (void *next = next_of(name)) return next;
    if (library == nullptr) return nullptr;
    void *loaded = dlsym(library, name);
    return loaded != nullptr && !is_ours(loaded) ? loaded : nullptr;
}

const real_functions &find_real_functions() {
    static const real_functions table = find_all();
    return table;
}

} // namespace winodnn
