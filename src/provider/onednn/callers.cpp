#include "provider/onednn/callers.hpp"

#include "provider/onednn/real.hpp"
#include "reach/dynamic_section.hpp"

#include <array>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string_view>

namespace winodnn {
namespace {

// Return addresses and the oneDNN that they belong to: `unknown`, `served`, or the handle of another library.
// A place is filled once and kept.
constexpr std::uintptr_t unknown = 0, served = 1;
struct known_caller {
    std::atomic<const void *> return_address;
    std::atomic<std::uintptr_t> home;
};
static_assert(sizeof(known_caller) == 16);
constexpr std::size_t places = 4096, most_probes = 64;

std::size_t first_place(const void *return_address) {
    const auto low = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(return_address));
    return low * 0x9e3779b1u >> 20;
}

} // namespace

// Entry points look at the first place themselves.
extern "C" {
extern std::array<known_caller, places> known_callers __attribute__((visibility("hidden")));
constinit std::array<known_caller, places> known_callers {};
}

namespace {

known_caller *place_of(const void *return_address, bool claim) {
    for (std::size_t i = 0; i < most_probes; ++i) {
        known_caller &place = known_callers[(first_place(return_address) + i) % places];
        const void *present = place.return_address.load(std::memory_order_acquire);
        if (present == nullptr) {
            if (!claim) return nullptr;
            if (place.return_address.compare_exchange_strong(present, return_address)) return &place;
        }
        if (present == return_address) return &place;
    }
    return nullptr; // looked up each time
}

std::uintptr_t known_home(const void *return_address) {
    const known_caller *place = place_of(return_address, false);
    return place == nullptr ? unknown : place->home.load(std::memory_order_acquire);
}

void remember(const void *return_address, std::uintptr_t home) {
    if (known_caller *place = place_of(return_address, true))
        place->home.store(home, std::memory_order_release);
}

bool names_onednn(const char *file) {
    const std::string_view path(file);
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return name.starts_with("libdnnl") && !name.starts_with("libdnnl_graph");
}

// What a search finds out about a library: the file name under which the loader knows it, and that of its
// oneDNN, which is the library itself or one of those that it needs.
struct linked_onednn {
    using file_name = std::array<char, 4096>;

    const void *address; // of the library's code
    file_name library {}, onednn {};

    static void set(file_name &file, const char *name) {
        if (std::strlen(name) < file.size()) std::strcpy(file.data(), name);
    }
};

// A callback of dl_iterate_phdr: 1 ends the search.
int look_into(dl_phdr_info *library, std::size_t, void *result) {
    auto &wanted = *static_cast<linked_onednn *>(result);
    if (!contains(*library, wanted.address)) return 0;
    linked_onednn::set(wanted.library, library->dlpi_name);
    const ElfW(Dyn) *const first = dynamic_section(*library);
    if (first == nullptr) return 1;
    const char *names = nullptr;
    for (const ElfW(Dyn) *item = first; item->d_tag != DT_NULL; ++item)
        if (item->d_tag == DT_STRTAB) names = pointed_at<char>(*library, *item);
    for (const ElfW(Dyn) *item = first; item->d_tag != DT_NULL; ++item) {
        const bool itself = item->d_tag == DT_SONAME;
        if (!itself && item->d_tag != DT_NEEDED) continue;
        const char *name = names + item->d_un.d_val;
        if (!names_onednn(name)) continue;
        linked_onednn::set(wanted.onednn, itself ? library->dlpi_name : name);
        return 1;
    }
    return 1;
}

// The oneDNN of one of the libraries that this one needs.
void *found_through(const char *file) {
    void *library = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) return nullptr;
    void *version = dlsym(library, "dnnl_version");
    dlclose(library); // it stays loaded: it is calling us
    Dl_info where {};
    return version == nullptr || dladdr(version, &where) == 0 ? nullptr : keep_loaded(where.dli_fname);
}

// The oneDNN, which is kept loaded from now on, or nullptr if the caller is linked to none.
void *linked_to_caller(const void *return_address) {
    linked_onednn found {return_address};
    dl_iterate_phdr(look_into, &found);
    if (found.onednn.front() != '\0') return keep_loaded(found.onednn.data());
    const bool is_program = found.library.front() == '\0'; // its scope is the process's
    return is_program ? nullptr : found_through(found.library.data());
}

// As without us: what comes next in the process's own scope goes first, unless it is of another version, or
// the caller's is a second v3.
const void *function_of(void *library, const char *name) {
    const int version = version_of(library);
    if (version != 3 && version == version_of_next())
        if (const void *next = next_of(name)) return next;
    return not_ours(dlsym(library, name));
}

const void *elsewhere(exported_function &function, void *library) {
    static constinit std::atomic<void *> first {nullptr};
    void *known = nullptr;
    if (!first.compare_exchange_strong(known, library) && known != library)
        return function_of(library, function.name);
    const void *found = function.elsewhere.load(std::memory_order_acquire);
    if (found == nullptr) {
        found = function_of(library, function.name);
        function.elsewhere.store(found, std::memory_order_release);
    }
    return found;
}

// For callers that are not linked to any, where there is no v3: the oneDNN that there is.
const void *anywhere(const char *name) {
    if (const void *next = next_of(name)) return next;
    for (const char *file : {"libdnnl.so.2", "libdnnl.so.1"})
        if (void *library = keep_loaded(file))
            if (const void *function = not_ours(dlsym(library, name))) return function;
    return nullptr;
}

} // namespace

const void *route_call(exported_function *function, const void *return_address) noexcept {
    std::uintptr_t home = known_home(return_address);
    if (home == unknown) {
        void *linked = linked_to_caller(return_address);
        const bool is_served = linked == nullptr ? find_served() : serves(linked);
        home = is_served ? served : reinterpret_cast<std::uintptr_t>(linked);
        // Who is linked to none may find v3 later.
        if (home != unknown) remember(return_address, home);
    }
    if (home == served) return function->served;
    const void *found =
            home == unknown ? anywhere(function->name) : elsewhere(*function, reinterpret_cast<void *>(home));
    return found == nullptr ? function->absent : found;
}

} // namespace winodnn
