#include "stages/peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>

namespace winodnn::bench {

namespace {

class peak_generator : public jit::generator {
public:
    peak_generator(isa i, bool bytes) : generator(i) {
        const int sums = peak_instructions(i);
        mov(rax, ptr[args + offsetof(peak_args, rounds)]);
        for (int n = 0; n < traits().registers; ++n) set_zero(full(n));
        Xbyak::Label next;
        align(32);
        L(next);
        for (int n = 0; n < sums; ++n) {
            const vec scratch = full(traits().registers - 1 - n % 2);
            if (bytes)
                multiply_accumulate_bytes(full(n), full(sums), full(sums + 1), scratch);
            else
                multiply_accumulate(full(n), full(sums), full(sums + 1), scratch);
        }
        dec(rax);
        jnz(next);
        vzeroupper();
        ret();
        emit_constants();
    }
};

} // namespace

jit::kernel<peak_args> make_peak_loop(isa i, bool bytes) {
    return {std::make_unique<peak_generator>(i, bytes),
            std::string(bytes ? "peak_s8_" : "peak_") + name_of(i)};
}

double measured_peak(isa i) {
    static std::map<isa, double> known;
    double &best = known[i];
    if (best > 0) return best;
    const auto loop = make_peak_loop(i, false);
    const std::int64_t rounds = 1'000'000;
    const double macs = static_cast<double>(rounds) * peak_instructions(i) * traits_of(i).lanes() * 2;
    for (int repetition = 0; repetition < 10; ++repetition) {
        const auto begin = std::chrono::steady_clock::now();
        loop({rounds});
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        best = std::max(best, macs / seconds.count());
    }
    return best;
}

} // namespace winodnn::bench
