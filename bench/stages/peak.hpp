// The most multiply-accumulates that this CPU does: the multiply kernel's instructions and nothing else.
#pragma once

#include "jit/base/kernel.hpp"

namespace winodnn::bench {

struct peak_args {
    std::int64_t rounds;
};

// One round is peak_instructions multiply-accumulates of vectors, all in registers, each sum depending on its
// own previous value only. Of s16: vpdpwssd, or vpmaddwd and vpaddd. Of bytes: vpdpbusd, or vpmaddubsw,
// vpmaddwd and vpaddd.
constexpr int peak_instructions(isa i) {
    return traits_of(i).registers == 32 ? 24 : 12; // the sums of the kernel's register tile
}
jit::kernel<peak_args> make_peak_loop(isa i, bool bytes);

// s16 multiply-accumulates a second, the best of several tries. Measured once for each ISA.
double measured_peak(isa i);

} // namespace winodnn::bench
