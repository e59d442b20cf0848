// The files that a process is made of: its program and its libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace winodnn {

struct loaded_image {
    std::uintptr_t base = 0; // what the addresses in the file are relative to
    std::uintptr_t begin = 0, end = 0;
    std::string path;
    std::string build_id; // its bytes, as they are in memory; empty if it has none
    bool is_program = false;

    bool contains(const void *address) const {
        const auto at = reinterpret_cast<std::uintptr_t>(address);
        return at >= begin && at < end;
    }
    bool operator==(const loaded_image &) const = default;
};

// As they are now: another thread may unload some of them at once. Of the namespace that this library is in.
std::vector<loaded_image> loaded_images();

// Keeps an image loaded for good. A handle of dlopen's, or nullptr if it is gone.
void *keep_image(const loaded_image &image);

} // namespace winodnn
