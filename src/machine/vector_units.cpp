#include "machine/vector_units.hpp"

#include "jit/base/kernel.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>

namespace winodnn {

namespace {

struct loop_args {
    std::int64_t rounds;
};

enum class timed_instruction : std::uint8_t { clock, multiplies, adds };

// Each of these is independent of the others, and a chain by itself: more than the units' latency (4 or 5
// cycles) times their number.
constexpr int independent = 12;
// A multiplication of 64-bit integers takes 3 cycles on every CPU with AVX2, of either maker, and none
// removes it, as some do with additions: a clock that turbo and virtual machines do not change.
constexpr int cycles_of_imul = 3;

class loop_generator : public jit::generator {
public:
    loop_generator(isa i, timed_instruction timed) : generator(i) {
        mov(rax, ptr[args + offsetof(loop_args, rounds)]);
        mov(rcx, rax);
        const vec zero = full(traits().registers - 1);
        for (int n = 0; n < traits().registers; ++n) set_zero(full(n));
        Xbyak::Label next;
        align(32);
        L(next);
        for (int n = 0; n < independent; ++n) emit(timed, full(n), zero);
        dec(rax);
        jnz(next);
        vzeroupper();
        ret();
        emit_constants();
    }

private:
    void emit(timed_instruction timed, const vec &sum, const vec &zero) {
        switch (timed) {
            case timed_instruction::clock: imul(rcx, rcx); break;
            case timed_instruction::multiplies:
                if (traits().dot_product)
                    multiply_accumulate(sum, zero, zero, sum);
                else
                    vpmaddwd(sum, sum, zero);
                break;
            case timed_instruction::adds: vpaddd(sum, sum, zero); break;
        }
    }
};

// Seconds for one instruction, the least of several tries of some microseconds: being interrupted only makes
// them longer, and the first ones are before vector units are powered up.
double seconds_of_one(isa i, timed_instruction timed) {
    const jit::kernel<loop_args> loop(std::make_unique<loop_generator>(i, timed), "vector_units");
    constexpr std::int64_t rounds = 400;
    double least = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < 12; ++repetition) {
        const auto begin = std::chrono::steady_clock::now();
        loop({rounds});
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        least = std::min(least, taken.count());
    }
    return least / static_cast<double>(rounds * independent);
}

vector_units measure(isa i) {
    const double cycle = seconds_of_one(i, timed_instruction::clock) / cycles_of_imul;
    const auto in_a_cycle = [&](timed_instruction timed, int most) {
        return std::clamp(static_cast<int>(std::lround(cycle / seconds_of_one(i, timed))), 1, most);
    };
    const int multiplies = in_a_cycle(timed_instruction::multiplies, 2);
    // Every CPU adds at least as fast as it multiplies; a core's other thread can make it seem otherwise.
    return {multiplies, std::max(multiplies, in_a_cycle(timed_instruction::adds, 4))};
}

} // namespace

vector_units units_of(isa i) {
    static std::array<std::once_flag, std::size(all_isas)> once;
    static std::array<vector_units, std::size(all_isas)> known;
    const auto index = static_cast<std::size_t>(i);
    std::call_once(once[index], [&] { known[index] = measure(i); });
    return known[index];
}

} // namespace winodnn
