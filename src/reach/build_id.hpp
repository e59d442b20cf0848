// What tells one build of a file from another.
#pragma once

#include <cstddef>
#include <cstring>
#include <elf.h>
#include <span>
#include <string>

namespace winodnn {

// The bytes of the build-id in a segment of notes; empty if it has none. Notes are aligned to four bytes.
inline std::string build_id_in(std::span<const std::byte> notes) {
    const auto rounded = [](std::size_t bytes) { return (bytes + 3) & ~std::size_t {3}; };
    while (notes.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr note;
        std::memcpy(&note, notes.data(), sizeof(note));
        const std::size_t name_at = sizeof(note), text_at = name_at + rounded(note.n_namesz);
        const std::size_t next = text_at + rounded(note.n_descsz);
        if (next > notes.size()) break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4
                && std::memcmp(notes.data() + name_at, "GNU", 4) == 0)
            return {reinterpret_cast<const char *>(notes.data() + text_at), note.n_descsz};
        notes = notes.subspan(next);
    }
    return {};
}

} // namespace winodnn
