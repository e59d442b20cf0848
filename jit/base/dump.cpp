#include "jit/base/dump.hpp"

#include "files/file_replacement.hpp"
#include "files/standard_streams.hpp"

#include <atomic>
#include <functional>
#include <stdexcept>

namespace winodnn::jit {

namespace {

constinit std::atomic<bool> dumping {false};

// Linux has names of up to 255 bytes, and kernels with dozens of post-ops longer ones.
std::string file_name(const std::string &kernel_name) {
    constexpr std::size_t longest = 220;
    if (kernel_name.size() <= longest) return "winodnn_" + kernel_name + ".bin";
    return "winodnn_" + kernel_name.substr(0, longest) + "_"
           + std::to_string(std::hash<std::string>()(kernel_name)) + ".bin";
}

} // namespace

void set_dumping(bool on) {
    dumping.store(on, std::memory_order_relaxed);
}

void dump_code(const std::string &kernel_name, const void *code, std::size_t bytes) {
    if (!dumping.load(std::memory_order_relaxed)) return;
    try {
        // The user has not chosen these names: links there are somebody else's.
        file_replacement(file_name(kernel_name), links::replaced)
                .commit({static_cast<const char *>(code), bytes});
    } catch (const std::runtime_error &error) {
        print_to_stderr("winodnn: WINODNN_JIT_DUMP: %s\n", error.what());
    }
}

} // namespace winodnn::jit
