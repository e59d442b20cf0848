// Pages of code that are replaced by copies with other bytes in them.
#pragma once

#include "problem/refusal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace winodnn {

// The copies are written while nobody executes them, made executable, and then put where the originals are,
// each in one step: no page is writable and executable, at any time, and a thread that executes the page sees
// it as it was or as it will be.
class replaced_pages {
public:
    replaced_pages() = default;
    replaced_pages(replaced_pages &&) = default;
    replaced_pages &operator=(replaced_pages &&) = delete;
    ~replaced_pages();

    // Bytes at this address, in copies of its pages. `last`: their pages come behind all others. False
    // without memory.
    bool write(std::uintptr_t address, std::span<const std::uint8_t> bytes, bool last);
    // False if the system does not let the copies be executed: then nothing has changed.
    bool make_executable();
    // False if the system ran out of mappings. What has been replaced stays so.
    bool put_in_place();

private:
    struct copy {
        std::uint8_t *bytes = nullptr;
        bool last = false;
    };
    copy *copy_of(std::uintptr_t page);

    std::map<std::uintptr_t, copy> copies_; // by the page that they are of
};

} // namespace winodnn
