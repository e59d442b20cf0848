#include "reach/near_pages.hpp"

#include "files/whole_file.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace winodnn {
namespace {

// A jump's distance is from its end; half a megabyte less than it reaches is near enough.
constexpr std::uintptr_t reach = 0x7ff80000;
// What the kernel lets nobody map, and what is not a user's.
constexpr std::uintptr_t lowest = 0x10000, highest = 0x7ffffffff000;

struct address_range {
    std::uintptr_t begin, end;
};

// What is mapped, by rising address; nothing if the system does not tell.
std::vector<address_range> mapped_ranges() {
    std::vector<address_range> ranges;
    try {
        std::istringstream maps(content_of("/proc/self/maps"));
        for (std::string line; std::getline(maps, line);) {
            address_range range {};
            if (std::sscanf(line.c_str(), "%lx-%lx", &range.begin, &range.end) == 2) ranges.push_back(range);
        }
    } catch (const std::runtime_error &) {
        return {};
    }
    return ranges;
}

// The ends of gaps that the pages fit into, nearest to the image first. They are taken from their ends: below
// the lowest library there is the largest one, into which the next libraries come.
std::vector<std::uintptr_t> places(const loaded_image &image, std::size_t bytes) {
    const std::uintptr_t least = std::max(lowest, image.end > reach ? image.end - reach : lowest);
    const std::uintptr_t most = std::min(highest, image.begin + reach);
    std::vector<std::uintptr_t> found;
    std::uintptr_t free_from = least;
    const auto look_at_gap = [&](std::uintptr_t until) {
        until = std::min(until, most);
        if (until > free_from && until - free_from >= bytes) found.push_back(until - bytes);
    };
    for (const address_range &range : mapped_ranges()) {
        look_at_gap(range.begin);
        free_from = std::max(free_from, range.end);
    }
    look_at_gap(most);
    const auto distance = [&](std::uintptr_t at) {
        return at < image.begin ? image.begin - at : at - image.begin;
    };
    std::ranges::sort(found, {}, distance);
    return found;
}

} // namespace

expected<near_pages> near_pages::of(const loaded_image &image, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t rounded = (bytes + page - 1) / page * page;
    for (const std::uintptr_t place : places(image, rounded)) {
        // Another thread may have come first.
        void *mapped = mmap(reinterpret_cast<void *>(place), rounded, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (mapped == MAP_FAILED) continue;
        if (mapped == reinterpret_cast<void *>(place))
            return near_pages({static_cast<std::uint8_t *>(mapped), rounded});
        munmap(mapped, rounded);
    }
    return refuse(refusal_reason::machine, "there is no free memory within two gigabytes of it");
}

near_pages::near_pages(near_pages &&other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), is_kept_(other.is_kept_) {}

near_pages::~near_pages() {
    if (!is_kept_ && !bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

bool near_pages::make_executable() {
    is_kept_ = mprotect(bytes_.data(), bytes_.size(), PROT_READ | PROT_EXEC) == 0;
    return is_kept_;
}

} // namespace winodnn
