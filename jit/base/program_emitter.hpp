// Emits a transform program with vectors of s16 or s32.
#pragma once

#include "jit/base/generator.hpp"
#include "winograd/program.hpp"

#include <functional>
#include <span>

namespace winodnn::jit {

enum class element { s16, s32 };

// load(input, to) is called before an input's first use, store(output, from) as soon as an output is known;
// store must leave `from` as it is. `registers` are free for use; throws std::logic_error if they are too few.
void emit_program(generator &g, const program &p, element type, std::span<const Xbyak::Xmm> registers,
        const std::function<void(int input, const Xbyak::Xmm &to)> &load,
        const std::function<void(int output, const Xbyak::Xmm &from)> &store);

} // namespace winodnn::jit
