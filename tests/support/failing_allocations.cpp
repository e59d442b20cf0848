#include "support/failing_allocations.hpp"

#include "support/replaced_new.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <execinfo.h>
#include <link.h>
#include <string>

namespace {

// Where a library lies in memory.
struct address_range {
    std::uintptr_t begin = UINTPTR_MAX, end = 0;

    bool contains(const void *address) const {
        const auto a = reinterpret_cast<std::uintptr_t>(address);
        return begin <= a && a < end;
    }
};

address_range winodnn_code, onednn_code;
std::atomic<int> to_fail {-1}; // allocations of winodnn's until one fails; -1: none does
std::atomic<int> seen {0};

// Of the two libraries, the one that is nearest in the stack is the one that allocates.
bool must_fail() {
    if (to_fail < 0) return false;
    const int remaining = to_fail.exchange(-1); // backtrace may allocate
    void *frames[24];
    const int depth = backtrace(frames, 24);
    const void *const *nearest = std::find_if(frames, frames + depth,
            [](const void *f) { return winodnn_code.contains(f) || onednn_code.contains(f); });
    const bool ours = nearest != frames + depth && winodnn_code.contains(*nearest);
    if (ours) ++seen;
    if (ours && remaining == 0) return true;
    to_fail = ours ? remaining - 1 : remaining;
    return false;
}

} // namespace

namespace winodnn::testing {

bool may_allocate() {
    return !must_fail();
}

void find_allocating_libraries() {
    dl_iterate_phdr(
            [](dl_phdr_info *info, std::size_t, void *) {
                const std::string name = info->dlpi_name;
                address_range *range = name.find("libwinodnn.so") != std::string::npos ? &winodnn_code
                                       : name.find("libdnnl.so") != std::string::npos  ? &onednn_code
                                                                                       : nullptr;
                for (int i = 0; range != nullptr && i < info->dlpi_phnum; ++i) {
                    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
                    const auto begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
                    range->begin = std::min<std::uintptr_t>(range->begin, begin);
                    range->end = std::max<std::uintptr_t>(range->end, begin + info->dlpi_phdr[i].p_memsz);
                }
                return 0;
            },
            nullptr);
    void *frames[4];
    backtrace(frames, 4); // loads what it needs
}

void fail_allocation_after(int successes) {
    seen = 0;
    to_fail = successes;
}

bool an_allocation_failed() {
    return to_fail.exchange(-1) < 0;
}

int allocations_seen() {
    return seen;
}

} // namespace winodnn::testing
