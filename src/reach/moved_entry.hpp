// The first instructions of a function, moved to another place, so that a jump can be written over them.
#pragma once

#include "problem/refusal.hpp"
#include "reach/decoder.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace winodnn {

constexpr std::size_t jump_bytes = 5; // jmp with 32 bits of distance

struct moved_entry {
    // What calls the function as it was, written for the address that was asked for. Begins with endbr64.
    std::vector<std::uint8_t> code;
    // Where in the function the jump is to be written: behind its endbr64, if it has one.
    std::size_t jump_at = 0;
};

// Refused where moving them could change what the function does: it is too short, branches into the bytes
// that the jump takes, from itself or from `cold` (which is part of it and lies elsewhere; empty if there is
// none), or begins with something that only works where it is. Both are where they are executed. `place` is
// the address of the code to be.
expected<moved_entry> move_entry(const decoder &decode, std::span<const std::uint8_t> function,
        std::span<const std::uint8_t> cold, std::uintptr_t place);

} // namespace winodnn
