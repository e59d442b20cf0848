// What the loader tells about a file while dl_iterate_phdr is in it.
#pragma once

#include <cstdint>
#include <link.h>

namespace winodnn {

inline bool contains(const dl_phdr_info &file, const void *address) {
    const auto at = reinterpret_cast<std::uintptr_t>(address) - file.dlpi_addr;
    for (int i = 0; i < file.dlpi_phnum; ++i) {
        const ElfW(Phdr) &segment = file.dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && at - segment.p_vaddr < segment.p_memsz) return true;
    }
    return false;
}

// Its first item; the last one has DT_NULL. nullptr if the file has no dynamic section.
inline const ElfW(Dyn) * dynamic_section(const dl_phdr_info &file) {
    for (int i = 0; i < file.dlpi_phnum; ++i)
        if (file.dlpi_phdr[i].p_type == PT_DYNAMIC)
            return reinterpret_cast<const ElfW(Dyn) *>(file.dlpi_addr + file.dlpi_phdr[i].p_vaddr);
    return nullptr;
}

// What an item points at. The loader makes it an address, but for sections that cannot be written.
template <typename Type>
const Type *pointed_at(const dl_phdr_info &file, const ElfW(Dyn) & item) {
    const std::uintptr_t value = item.d_un.d_ptr;
    return reinterpret_cast<const Type *>(value < file.dlpi_addr ? file.dlpi_addr + value : value);
}

} // namespace winodnn
