#include "reach/imported_function.hpp"

#include "reach/dynamic_section.hpp"

#include <atomic>
#include <cstring>
#include <span>

namespace winodnn {
namespace {

struct search {
    const void *inside;
    const char *name;
    void *function = nullptr;
};

// What the loader has to fill in.
struct imports {
    const ElfW(Sym) *symbols = nullptr;
    const char *names = nullptr;
    const ElfW(Rela) *calls = nullptr, *others = nullptr;
    std::size_t bytes_of_calls = 0, bytes_of_others = 0;

    explicit imports(const dl_phdr_info &file) {
        const ElfW(Dyn) *item = dynamic_section(file);
        if (item == nullptr) return;
        for (; item->d_tag != DT_NULL; ++item) switch (item->d_tag) {
                case DT_SYMTAB: symbols = pointed_at<ElfW(Sym)>(file, *item); break;
                case DT_STRTAB: names = pointed_at<char>(file, *item); break;
                case DT_JMPREL: calls = pointed_at<ElfW(Rela)>(file, *item); break;
                case DT_PLTRELSZ: bytes_of_calls = item->d_un.d_val; break;
                case DT_RELA: others = pointed_at<ElfW(Rela)>(file, *item); break;
                case DT_RELASZ: bytes_of_others = item->d_un.d_val; break;
                default: break;
            }
    }

    bool is_of(const ElfW(Rela) & relocation, const char *name) const {
        const auto type = ELF64_R_TYPE(relocation.r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) return false;
        return std::strcmp(names + symbols[ELF64_R_SYM(relocation.r_info)].st_name, name) == 0;
    }
};

// A callback of dl_iterate_phdr: 1 ends the search.
int look_into(dl_phdr_info *file, std::size_t, void *data) {
    auto &wanted = *static_cast<search *>(data);
    if (!contains(*file, wanted.inside)) return 0;
    const imports in(*file);
    for (const auto &relocations : {std::span(in.calls, in.bytes_of_calls / sizeof(ElfW(Rela))),
                 std::span(in.others, in.bytes_of_others / sizeof(ElfW(Rela)))})
        for (const ElfW(Rela) & relocation : relocations)
            if (in.is_of(relocation, wanted.name)) {
                void *&slot = *reinterpret_cast<void **>(file->dlpi_addr + relocation.r_offset);
                // Other threads' first calls fill it in.
                wanted.function = std::atomic_ref(slot).load(std::memory_order_relaxed);
                return 1;
            }
    return 1;
}

} // namespace

void *imported_function(const void *inside, const char *name) {
    search wanted {inside, name};
    dl_iterate_phdr(look_into, &wanted);
    return wanted.function;
}

} // namespace winodnn
