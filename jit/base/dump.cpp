#include "jit/base/dump.hpp"

#include "environment/environment.hpp"

#include <cstdio>

namespace winodnn::jit {

void dump_code(const std::string &kernel_name, const void *code, std::size_t bytes) {
    if (!environment().jit_dump) return;
    const std::string path = "winodnn_" + kernel_name + ".bin";
    std::FILE *file = std::fopen(path.c_str(), "wb");
    const bool written = file && std::fwrite(code, 1, bytes, file) == bytes;
    // Closing flushes: a full disk may only show there.
    if ((file && std::fclose(file) != 0) || !written)
        std::fprintf(stderr, "winodnn: WINODNN_JIT_DUMP: cannot write %s\n", path.c_str());
}

} // namespace winodnn::jit
