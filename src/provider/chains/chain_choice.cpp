#include "provider/chains/chain_choice.hpp"

#include "provider/creation/convolution_description.hpp"

#include <algorithm>

namespace winodnn {
namespace {

// Why a member cannot be executed by bands, whatever its neighbours; nullptr if it can.
const char *why_never(const chain_member &member) {
    const convolution_description *description = member.taken_over();
    if (description == nullptr) return "oneDNN executes it";
    const auto rows = [&](const convolution_variant &v) {
        return block_map(description->described(), v.plan).rows();
    };
    const std::vector<convolution_variant> &variants = description->variants();
    for (const convolution_variant &v : variants)
        if (!v.plan.numbers.bytes_exactly.empty())
            return "its source is looked at as a whole, by the promise of its bits";
    const cover first = rows(variants.front());
    for (const convolution_variant &v : variants)
        if (rows(v).count() != first.count() || rows(v).large_count != first.large_count)
            return "its calibrations divide the image in different ways";
    return nullptr;
}

// docs/chains.md has what was measured.
chain_choice one_after_the_other(const chain_members &members) {
    chain_choice choice;
    for (int k = 0; k < members.count(); ++k) choice.together.push_back({k, k + 1});
    choice.why_not = "bands save memory, and hardly time: ask for the least memory";
    return choice;
}

} // namespace

chain_choice choose_bands(const chain_members &members, winodnn_chain_goal_t goal) {
    if (goal == winodnn_chain_fastest) return one_after_the_other(members);
    chain_choice choice;
    const auto give_reason = [&](int member, const std::string &reason) {
        if (choice.why_not.empty()) choice.why_not = "member " + std::to_string(member) + ": " + reason;
    };
    for (int k = 0; k < members.count();) {
        member_range range {k, k};
        while (range.end < members.count() && why_never(members[range.end]) == nullptr) ++range.end;
        if (range.size() == 1) give_reason(k, "no neighbour can be executed by bands with it");
        if (range.size() == 0) give_reason(k, why_never(members[range.end++]));
        choice.together.push_back(range);
        k = range.end;
    }
    return choice;
}

} // namespace winodnn
