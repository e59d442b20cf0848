#include "isa/isa.hpp"

#include <xbyak/xbyak_util.h>

namespace winodnn {

const char *name_of(isa i) {
    switch (i) {
        case isa::avx2: return "avx2";
        case isa::avx2_vnni: return "avx2_vnni";
        case isa::avx512_core: return "avx512_core";
        case isa::avx512_core_vnni: return "avx512_core_vnni";
    }
    return "unknown";
}

bool cpu_has(isa i) {
    using Xbyak::util::Cpu;
    static const Cpu cpu;
    const bool avx2 = cpu.has(Cpu::tAVX2) && cpu.has(Cpu::tFMA);
    const bool avx512 = avx2 && cpu.has(Cpu::tAVX512F) && cpu.has(Cpu::tAVX512BW) && cpu.has(Cpu::tAVX512VL)
                        && cpu.has(Cpu::tAVX512DQ);
    switch (i) {
        case isa::avx2: return avx2;
        case isa::avx2_vnni: return avx2 && cpu.has(Cpu::tAVX_VNNI);
        case isa::avx512_core: return avx512;
        case isa::avx512_core_vnni: return avx512 && cpu.has(Cpu::tAVX512_VNNI);
    }
    return false;
}

} // namespace winodnn
