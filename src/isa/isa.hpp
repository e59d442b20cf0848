// The instruction sets that kernels are generated for, weakest first. oneDNN's names.
#pragma once

#include <cstdint>

namespace winodnn {

enum class isa : std::uint8_t { avx2, avx2_vnni, avx512_core, avx512_core_vnni };
constexpr isa all_isas[] = {isa::avx2, isa::avx2_vnni, isa::avx512_core, isa::avx512_core_vnni};

const char *name_of(isa i);
bool cpu_has(isa i); // and the system saves its registers

} // namespace winodnn
