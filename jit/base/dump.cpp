#include "jit/base/dump.hpp"

#include <atomic>
#include <cstdio>

namespace winodnn::jit {

namespace {

constinit std::atomic<bool> dumping {false};

} // namespace

void set_dumping(bool on) {
    dumping.store(on, std::memory_order_relaxed);
}

void dump_code(const std::string &kernel_name, const void *code, std::size_t bytes) {
    if (!dumping.load(std::memory_order_relaxed)) return;
    const std::string path = "winodnn_" + kernel_name + ".bin";
    std::FILE *file = std::fopen(path.c_str(), "wb");
    const bool written = file && std::fwrite(code, 1, bytes, file) == bytes;
    // Closing flushes: a full disk may only show there.
    if ((file && std::fclose(file) != 0) || !written)
        std::fprintf(stderr, "winodnn: WINODNN_JIT_DUMP: cannot write %s\n", path.c_str());
}

} // namespace winodnn::jit
