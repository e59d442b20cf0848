#include "provider/reorder/packing_record.hpp"

#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

namespace winodnn {
namespace {

// What packing takes longer than oneDNN's own reorder, with all that belongs to it, is what 10 to 40
// executions save (docs/reach.md).
constexpr std::uint64_t executions_per_packing = 32;
// A program that packs once for each of its threads, replicas of a network, or sizes of a picture packs no
// more often, and may do so before it executes anything.
constexpr std::uint64_t usual_repetitions = 64;

constexpr std::size_t most_records = 1024, most_identities = 256;

struct history : packing_record {
    std::vector<std::uint64_t> identities; // of different weights; the first of them, if they are many
    std::uint64_t again = 0;               // packings of weights that are among them already
};

struct histories {
    fork_safe_mutex mutex;
    std::vector<std::unique_ptr<history>> all;

    // nullptr if there is none.
    history *find(const weights_layout &layout) {
        const auto at = std::ranges::find_if(all, [&](const auto &h) { return h->layout == layout; });
        return at == all.end() ? nullptr : at->get();
    }

    history *find_or_add(const weights_layout &layout) {
        if (history *known = find(layout)) return known;
        if (all.size() == most_records) return nullptr;
        auto added = std::make_unique<history>();
        added->layout = layout;
        return all.emplace_back(std::move(added)).get();
    }
};

histories &histories_of_process() {
    static never_destroyed<histories> made;
    return *made;
}

} // namespace

packing_record *packing_record_of(const weights_layout &layout) {
    const std::lock_guard lock(histories_of_process().mutex);
    return histories_of_process().find_or_add(layout);
}

void note_packing(const weights_layout &layout, std::uint64_t identity) {
    const std::lock_guard lock(histories_of_process().mutex);
    history *const h = histories_of_process().find_or_add(layout);
    if (h == nullptr) return;
    if (std::ranges::find(h->identities, identity) != h->identities.end())
        ++h->again;
    else if (h->identities.size() < most_identities)
        h->identities.push_back(identity);
}

bool is_packed_too_often(const weights_layout &layout) {
    const std::lock_guard lock(histories_of_process().mutex);
    const history *const h = histories_of_process().find(layout);
    return h != nullptr && h->again > 0 && h->again >= usual_repetitions * h->identities.size()
           && h->executions.load(std::memory_order_relaxed) < executions_per_packing * h->again;
}

} // namespace winodnn
