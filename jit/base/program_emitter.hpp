// Emits a transform program with vectors of s16, s32 or f32.
#pragma once

#include "jit/base/generator.hpp"
#include "winograd/program.hpp"

#include <functional>
#include <span>

namespace winodnn::jit {

enum class element { s16, s32, f32 };

struct program_context {
    element type;
    std::span<const Xbyak::Xmm> registers; // free for use
    int spill_slots;                       // vectors of space at rsp, for values that registers do not hold
    int vector_bytes;                      // of a slot
    // Called before an input's use when no register holds it: once, or again instead of a spill.
    std::function<void(int input, const Xbyak::Xmm &to)> load;
    // Called as soon as an output is known; must leave `from` as it is.
    std::function<void(int output, const Xbyak::Xmm &from)> store;
};

// Throws std::logic_error if the registers and slots are too few.
void emit_program(generator &g, const program &unfused, const program_context &context);

} // namespace winodnn::jit
