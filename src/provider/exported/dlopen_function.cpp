// What becomes of calls of dlopen: see dlopen_entry.S.
#include "provider/reach/images.hpp"
#include "reach/loaded_image.hpp"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <new>

namespace winodnn {
namespace {

using dlopen_function = void *(*)(const char *, int);

dlopen_function next_dlopen() {
    static const auto next = reinterpret_cast<dlopen_function>(dlsym(RTLD_NEXT, "dlopen"));
    return next;
}

// Calls of this thread that have not returned: what a library does when it is loaded may load others.
constinit thread_local int depth [[gnu::tls_model("initial-exec")]] = 0;

void *observed_dlopen(const char *file, int mode) {
    ++depth;
    void *library = next_dlopen()(file, mode);
    --depth;
    // Not inside of another one: the loader's lock is held, and another thread that looks may be waiting for
    // it.
    if (library != nullptr && depth == 0) look_at_new_images();
    return library;
}

// Whether it makes no difference that the call comes from this library: a file that is named with its folder,
// asked for by somebody in the namespace that we are in.
bool is_for_anybody(const char *file, const void *caller) {
    if (file == nullptr || std::strchr(file, '/') == nullptr || std::strchr(file, '$') != nullptr)
        return false;
    const std::vector<loaded_image> images = loaded_images();
    return std::ranges::any_of(images, [&](const loaded_image &i) { return i.contains(caller); });
}

} // namespace

extern "C" __attribute__((visibility("hidden"))) dlopen_function route_dlopen(
        const char *file, int mode, const void *caller) noexcept {
    try {
        if ((mode & RTLD_NOLOAD) == 0 && wants_images() && is_for_anybody(file, caller))
            return observed_dlopen;
    } catch (const std::bad_alloc &) { // NOLINT(bugprone-empty-catch): it is loaded all the same
    }
    return next_dlopen();
}

} // namespace winodnn
