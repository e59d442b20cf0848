// Tests that run on every ISA: what this CPU lacks is skipped, visibly.
#pragma once

#include "jit/base/isa_traits.hpp"

#include <gtest/gtest.h>
#include <xbyak/xbyak_util.h>

namespace winodnn {

inline bool cpu_has(isa i) {
    using Xbyak::util::Cpu;
    static const Cpu cpu;
    const bool avx512 = cpu.has(Cpu::tAVX512F) && cpu.has(Cpu::tAVX512BW) && cpu.has(Cpu::tAVX512DQ)
                        && cpu.has(Cpu::tAVX512VL);
    switch (i) {
        case isa::avx2: return cpu.has(Cpu::tAVX2) && cpu.has(Cpu::tFMA);
        case isa::avx2_vnni: return cpu.has(Cpu::tAVX2) && cpu.has(Cpu::tAVX_VNNI);
        case isa::avx512_core: return avx512;
        case isa::avx512_core_vnni: return avx512 && cpu.has(Cpu::tAVX512_VNNI);
    }
    return false;
}

class on_every_isa : public ::testing::TestWithParam<isa> {
protected:
    void SetUp() override {
        if (!cpu_has(GetParam())) GTEST_SKIP() << "this CPU has no " << name_of(GetParam());
    }
};

#define WINODNN_ON_EVERY_ISA(suite)                                                                          \
    class suite : public winodnn::on_every_isa {};                                                           \
    INSTANTIATE_TEST_SUITE_P(isas, suite,                                                                    \
            ::testing::Values(winodnn::isa::avx2, winodnn::isa::avx2_vnni, winodnn::isa::avx512_core,        \
                    winodnn::isa::avx512_core_vnni),                                                         \
            [](const auto &info) { return std::string(winodnn::name_of(info.param)); })

} // namespace winodnn
