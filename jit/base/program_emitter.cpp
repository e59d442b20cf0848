#include "jit/base/program_emitter.hpp"

#include <stdexcept>

namespace winodnn::jit {

namespace {

using vec = Xbyak::Xmm;

// Registers are given out at definition and taken back after the last use: programs are straight lines.
class allocation {
public:
    allocation(const program &p, std::span<const vec> registers)
        : uses_(p.inputs + p.code.size()), held_(uses_.size(), -1), pool_(registers),
          free_(registers.size(), true) {
        for (const instruction &i : p.code) {
            ++uses_[i.a];
            if (i.op == instruction::kind::add || i.op == instruction::kind::sub) ++uses_[i.b];
        }
        for (const int value : p.outputs) ++uses_[value];
    }

    bool holds(int value) const { return held_[value] >= 0; }
    const vec &of(int value) const { return pool_[held_[value]]; }

    const vec &define(int value) {
        for (std::size_t r = 0; r < free_.size(); ++r)
            if (free_[r]) {
                free_[r] = false;
                held_[value] = static_cast<int>(r);
                return pool_[r];
            }
        throw std::logic_error("winodnn: a transform program needs more registers");
    }

    void used(int value) {
        if (--uses_[value] == 0) free_[held_[value]] = true;
    }

private:
    std::vector<int> uses_, held_;
    std::span<const vec> pool_;
    std::vector<bool> free_;
};

void emit(generator &g, element type, const instruction &i, const vec &to, const vec &a, const vec &b) {
    const bool s16 = type == element::s16;
    switch (i.op) {
        case instruction::kind::add: s16 ? g.vpaddw(to, a, b) : g.vpaddd(to, a, b); break;
        case instruction::kind::sub: s16 ? g.vpsubw(to, a, b) : g.vpsubd(to, a, b); break;
        case instruction::kind::shift_left:
            // Doubling is an addition: more ports take it than take shifts.
            if (i.b == 1) s16 ? g.vpaddw(to, a, a) : g.vpaddd(to, a, a);
            else s16 ? g.vpsllw(to, a, i.b) : g.vpslld(to, a, i.b);
            break;
    }
}

} // namespace

void emit_program(generator &g, const program &p, element type, std::span<const vec> registers,
        const std::function<void(int, const vec &)> &load, const std::function<void(int, const vec &)> &store) {
    allocation registers_of(p, registers);
    const auto available = [&](int value) {
        if (!registers_of.holds(value)) load(value, registers_of.define(value));
        return registers_of.of(value);
    };
    const auto deliver = [&](int value) {
        for (std::size_t output = 0; output < p.outputs.size(); ++output)
            if (p.outputs[output] == value) {
                store(static_cast<int>(output), available(value));
                registers_of.used(value);
            }
    };
    for (std::size_t n = 0; n < p.code.size(); ++n) {
        const instruction &i = p.code[n];
        const bool binary = i.op == instruction::kind::add || i.op == instruction::kind::sub;
        const vec a = available(i.a);
        const vec b = binary ? available(i.b) : a;
        registers_of.used(i.a);
        if (binary) registers_of.used(i.b);
        const int value = p.inputs + static_cast<int>(n);
        emit(g, type, i, registers_of.define(value), a, b);
        deliver(value);
    }
    for (int input = 0; input < p.inputs; ++input) deliver(input);
}

} // namespace winodnn::jit
