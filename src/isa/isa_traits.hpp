// What kernels need to know of an ISA. To add one: an enumerator in isa/isa.hpp, its row here, and
// whatever instruction selection in generator.cpp asks for.
#pragma once

#include "isa/isa.hpp"
#include "problem/limits.hpp"

#include <algorithm>

namespace winodnn {

struct isa_traits {
    int vector_bytes; // of the widest vectors
    int registers;    // vector registers
    bool dot_product; // has vpdpwssd; without it vpmaddwd and vpaddd
    bool masks;       // has opmask registers, and EVEX encodings with them
    constexpr int lanes() const { return vector_bytes / 4; } // 32-bit ones
};

constexpr isa_traits traits_of(isa i) {
    switch (i) {
        case isa::avx2: return {32, 16, false, false};
        case isa::avx2_vnni: return {32, 16, true, false};
        case isa::avx512_core: return {64, 32, false, true};
        case isa::avx512_core_vnni: return {64, 32, true, true};
    }
    return {};
}

static_assert(std::ranges::all_of(all_isas, [](isa i) { return traits_of(i).lanes() <= most_lanes; }));

} // namespace winodnn
