// WINODNN_JIT_DUMP=1: each kernel's code in a file of its own, for a disassembler.
#pragma once

#include <cstddef>
#include <string>

namespace winodnn::jit {

// Whether kernels that are generated from now on are dumped. Off until the user asks for it.
void set_dumping(bool on);

// Writes winodnn_<kernel name>.bin into the working folder if dumping is on.
void dump_code(const std::string &kernel_name, const void *code, std::size_t bytes);

} // namespace winodnn::jit
