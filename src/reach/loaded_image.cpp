#include "reach/loaded_image.hpp"

#include "reach/build_id.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <limits>
#include <link.h>

namespace winodnn {
namespace {

constexpr const char *program_file = "/proc/self/exe";

loaded_image describe(const dl_phdr_info &info) {
    loaded_image image;
    image.base = info.dlpi_addr;
    image.path = info.dlpi_name;
    image.begin = std::numeric_limits<std::uintptr_t>::max();
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const ElfW(Phdr) &segment = info.dlpi_phdr[i];
        const std::uintptr_t at = info.dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD) {
            image.begin = std::min(image.begin, at);
            image.end = std::max(image.end, at + segment.p_memsz);
        }
        if (segment.p_type == PT_NOTE && image.build_id.empty())
            image.build_id = build_id_in({reinterpret_cast<const std::byte *>(at), segment.p_memsz});
    }
    return image;
}

// A callback of dl_iterate_phdr: 0 goes on. The loader unloads nothing meanwhile. It is C that calls: what is
// thrown for want of memory ends the list.
int add(dl_phdr_info *info, std::size_t, void *list) noexcept {
    auto &images = *static_cast<std::vector<loaded_image> *>(list);
    try {
        images.push_back(describe(*info));
        if (images.size() > 1) return 0;
        images.front().is_program = true; // it comes first
        images.front().path = program_file;
    } catch (const std::bad_alloc &) {
        return 1;
    }
    return 0;
}

} // namespace

std::vector<loaded_image> loaded_images() {
    std::vector<loaded_image> images;
    dl_iterate_phdr(add, &images);
    return images;
}

void *keep_image(const loaded_image &image) {
    if (image.is_program) return dlopen(nullptr, RTLD_LAZY);
    void *library = dlopen(image.path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (library == nullptr) return nullptr;
    // Another one of this name may have come in its place.
    link_map *map = nullptr;
    return dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map->l_addr == image.base ? library : nullptr;
}

} // namespace winodnn
