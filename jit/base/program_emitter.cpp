#include "jit/base/program_emitter.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace winodnn::jit {

namespace {

using vec = Xbyak::Xmm;

// Where there are 32 registers, inputs are loaded so many instructions before their first use, as long as
// more than so many registers are free. A CPU looks ahead by itself, but only as far as its queues for
// vectors reach, and what waits for loads fills them. Measured on a Zen 5: output transforms in 8 bits, which
// convert and scale what they load, take 3 to 12% less time; others as long. With 16 registers nothing is
// gained.
constexpr std::size_t load_ahead = 16;
constexpr int spare_registers = 4;

// Registers are given out at definition and taken back after the last use. When they run out, the value whose
// next use is farthest away gives up its register (Belady's choice, the best for a straight line): an input
// is loaded again later, anything else goes to a slot on the stack.
class allocation {
public:
    allocation(generator &g, const program &p, const program_context &context)
        : g_(g), p_(p), context_(context), uses_(p.inputs + p.code.size()), register_of_(uses_.size(), -1),
          slot_of_(uses_.size(), -1), value_in_(context.registers.size(), -1),
          slot_used_(context.spill_slots) {
        for (std::size_t n = p.code.size(); n-- > 0;)
            for (const int value : operands(p.code[n])) uses_[value].push_back(static_cast<int>(n));
    }

    static std::vector<int> operands(const instruction &i) {
        if (i.op == instruction::opcode::shift_left) return {i.a};
        return {i.a, i.b};
    }

    // The register of a value that the current instruction needs.
    vec fetch(int value, const std::vector<int> &keep) {
        if (register_of_[value] < 0) {
            const vec to = take_register(value, keep);
            if (value < p_.inputs)
                context_.load(value, to);
            else
                g_.vmovups(to, slot(slot_of_[value]));
        }
        return context_.registers[register_of_[value]];
    }

    // Of an input that will be needed, and only into a register that nobody has.
    void prepare(int value) {
        if (value >= p_.inputs || register_of_[value] >= 0 || g_.traits().registers < 32) return;
        if (std::count(value_in_.begin(), value_in_.end(), -1) > spare_registers)
            context_.load(value, take_register(value, {}));
    }

    vec define(int value) { return take_register(value, {}); }

    // After the uses by one instruction, or after a definition that nothing uses.
    void used(int value) {
        if (!uses_[value].empty()) uses_[value].pop_back();
        if (uses_[value].empty() && register_of_[value] >= 0) {
            value_in_[register_of_[value]] = -1;
            register_of_[value] = -1;
            if (slot_of_[value] >= 0) slot_used_[slot_of_[value]] = false;
        }
    }

    bool is_used(int value) const { return !uses_[value].empty(); }

private:
    vec take_register(int value, const std::vector<int> &keep) {
        auto free = std::find(value_in_.begin(), value_in_.end(), -1);
        if (free == value_in_.end()) {
            // The next use is the last element.
            for (auto candidate = value_in_.begin(); candidate != value_in_.end(); ++candidate)
                if (std::find(keep.begin(), keep.end(), *candidate) == keep.end()
                        && (free == value_in_.end() || uses_[*candidate].back() > uses_[*free].back()))
                    free = candidate;
            if (free == value_in_.end()) throw std::logic_error("winodnn: a transform needs more registers");
            evict(*free);
        }
        *free = value;
        register_of_[value] = static_cast<int>(free - value_in_.begin());
        return context_.registers[register_of_[value]];
    }

    void evict(int value) {
        if (value >= p_.inputs && slot_of_[value] < 0) {
            const auto unused = std::find(slot_used_.begin(), slot_used_.end(), false);
            if (unused == slot_used_.end())
                throw std::logic_error("winodnn: a transform needs more stack slots");
            *unused = true;
            slot_of_[value] = static_cast<int>(unused - slot_used_.begin());
            g_.vmovups(slot(slot_of_[value]), context_.registers[register_of_[value]]);
        }
        register_of_[value] = -1;
    }

    Xbyak::Address slot(int number) const { return g_.ptr[g_.rsp + number * context_.vector_bytes]; }

    generator &g_;
    const program &p_;
    const program_context &context_;
    std::vector<std::vector<int>> uses_; // of each value, by which instructions, last first
    std::vector<int> register_of_, slot_of_, value_in_;
    std::vector<bool> slot_used_;
};

// to = a + factor * b, or a - factor * b, with one rounding: as with two, because the product with a power of
// two is exact.
void emit_fused(generator &g, bool add, const vec &to, const vec &a, const vec &b, float factor) {
    const auto times = g.constant(factor);
    if (to.getIdx() == b.getIdx()) return add ? g.vfmadd132ps(to, a, times) : g.vfnmadd132ps(to, a, times);
    if (to.getIdx() != a.getIdx()) g.vmovaps(to, a);
    add ? g.vfmadd231ps(to, b, times) : g.vfnmadd231ps(to, b, times);
}

void emit_f32(generator &g, const instruction &i, const vec &to, const vec &a, const vec &b) {
    const bool add = i.op == instruction::opcode::add;
    if (i.op == instruction::opcode::shift_left)
        g.vmulps(to, a, g.constant(static_cast<float>(1 << i.b)));
    else if (i.shift > 0)
        emit_fused(g, add, to, a, b, static_cast<float>(1 << i.shift));
    else
        add ? g.vaddps(to, a, b) : g.vsubps(to, a, b);
}

void emit(generator &g, element type, const instruction &i, const vec &to, const vec &a, const vec &b) {
    if (type == element::f32) return emit_f32(g, i, to, a, b);
    const bool s16 = type == element::s16;
    switch (i.op) {
        case instruction::opcode::add: s16 ? g.vpaddw(to, a, b) : g.vpaddd(to, a, b); break;
        case instruction::opcode::sub: s16 ? g.vpsubw(to, a, b) : g.vpsubd(to, a, b); break;
        case instruction::opcode::shift_left:
            // Doubling is an addition: more ports take it than take shifts.
            if (i.b == 1)
                s16 ? g.vpaddw(to, a, a) : g.vpaddd(to, a, a);
            else
                s16 ? g.vpsllw(to, a, i.b) : g.vpslld(to, a, i.b);
            break;
    }
}

} // namespace

void emit_program(generator &g, const program &unfused, const program_context &context) {
    const program p = context.type == element::f32 ? with_fused_shifts(unfused) : unfused;
    allocation values(g, p, context);
    const auto deliver = [&](int value, const vec &from) {
        for (std::size_t output = 0; output < p.outputs.size(); ++output)
            if (p.outputs[output] == value) context.store(static_cast<int>(output), from);
    };
    for (int input = 0; input < p.inputs; ++input)
        if (std::find(p.outputs.begin(), p.outputs.end(), input) != p.outputs.end()) {
            deliver(input, values.fetch(input, {}));
            if (!values.is_used(input)) values.used(input);
        }
    for (std::size_t n = 0; n < p.code.size(); ++n) {
        const instruction &i = p.code[n];
        const std::vector<int> needed = allocation::operands(i);
        for (std::size_t later = n; later < std::min(n + load_ahead, p.code.size()); ++later)
            for (const int value : allocation::operands(p.code[later])) values.prepare(value);
        const vec a = values.fetch(needed.front(), needed);
        const vec b = values.fetch(needed.back(), needed);
        for (const int value : needed) values.used(value);
        const int result = p.inputs + static_cast<int>(n);
        const vec to = values.define(result);
        emit(g, context.type, i, to, a, b);
        deliver(result, to);
        if (!values.is_used(result)) values.used(result);
    }
}

} // namespace winodnn::jit
