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

class timed_loop {
public:
    timed_loop(isa i, timed_instruction timed)
        : loop_(std::make_unique<loop_generator>(i, timed), "vector_units") {}

    double run() {
        const auto begin = std::chrono::steady_clock::now();
        loop_({rounds});
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        least_ = std::min(least_, taken.count());
        return taken.count();
    }
    // Being interrupted only makes a run longer.
    double least() const { return least_; }

private:
    static constexpr std::int64_t rounds = 400; // 1 to 4 us
    const jit::kernel<loop_args> loop_;
    double least_ = std::numeric_limits<double>::infinity();
};

// Xeons of the second generation (Cascade Lake), and probably those around it, start wide multiplications at
// a fraction of their rate until they have changed to a lower clock, which takes some 20 us; some time
// without such instructions later they change back. All loops take turns once that is over: at the same
// clock.
constexpr double warming_seconds = 1e-4;
constexpr int turns = 12;

vector_units measure(isa i) {
    timed_loop clock(i, timed_instruction::clock), warming(i, timed_instruction::multiplies),
            multiplies(i, timed_instruction::multiplies), adds(i, timed_instruction::adds);
    for (double spent = 0; spent < warming_seconds;) spent += warming.run();
    for (int turn = 0; turn < turns; ++turn)
        for (timed_loop *loop : {&multiplies, &clock, &adds}) loop->run();
    const auto in_a_cycle = [&](const timed_loop &loop, int most) {
        const double cycle = clock.least() / cycles_of_imul;
        return std::clamp(static_cast<int>(std::lround(cycle / loop.least())), 1, most);
    };
    const int per_cycle = in_a_cycle(multiplies, 2);
    // Every CPU adds at least as fast as it multiplies; a core's other thread can make it seem otherwise.
    return {per_cycle, std::max(per_cycle, in_a_cycle(adds, 4))};
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
