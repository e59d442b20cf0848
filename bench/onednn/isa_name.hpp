#pragma once

namespace winodnn::bench {

// The instruction set that oneDNN uses, with its caps: "avx512_core_vnni".
const char *isa_name();

} // namespace winodnn::bench
