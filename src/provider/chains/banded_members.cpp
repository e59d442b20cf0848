#include "provider/chains/banded_members.hpp"

#include "provider/creation/convolution_description.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"

#include <algorithm>
#include <deque>

namespace winodnn {
namespace {

// In bands about as large as the blocks that the plan has anyway, so that weights are read as often; at least
// a row of tiles.
plan in_bands(const problem &p, plan chosen) {
    chosen.threads = 1;
    chosen.oc_chunks = 1;
    chosen.rows_per_band = 1;
    const block_map rows(p, chosen);
    // Rows of tiles that are neighbours are no neighbours in the image where it is dilated.
    if (p.dilation_h == 1)
        chosen.rows_per_band = std::max<dim>(1, chosen.tiles_per_block / rows.cols().count());
    return chosen;
}

chained_member describe(const chain_members &chain, const member_range &range, int index) {
    const convolution_description &description = *chain[index].taken_over();
    chained_member member {description.described(), {}};
    for (const convolution_variant &variant : description.variants())
        member.variants.push_back({in_bands(member.described, variant.plan), variant.quantizers});
    member.whole = is_whole(chain, range, index);
    for (const chain_link &link : chain.links()) {
        if (link.member != index) continue;
        const bool is_inside = range.has(link.source);
        if (!link.is_sum && is_inside)
            member.operands.push_back({static_cast<std::size_t>(link.post_op), link.source - range.begin});
        if (!link.is_sum) continue;
        if (is_inside)
            member.begins_as = link.source - range.begin;
        else
            member.begins_as_tensor = view_of(chain.desc_of_source(link)).as_nhwc();
    }
    return member;
}

} // namespace

bool is_whole(const chain_members &chain, const member_range &range, int member) {
    return member + 1 == range.end || chain.last_reader(member) >= range.end;
}

expected<banded_members> banded_members::make(const chain_members &chain, const member_range &range) {
    std::vector<chained_member> members;
    std::vector<eltwise_stages> stages;
    int threads = 1;
    for (int k = range.begin; k < range.end; ++k) {
        const convolution_description &description = *chain[k].taken_over();
        members.push_back(describe(chain, range, k));
        std::vector<plan> plans;
        for (const chained_variant &variant : members.back().variants) plans.push_back(variant.chosen);
        expected<eltwise_stages> made = eltwise_stages::make(chain.engine(), description.described(), plans);
        if (!made) return tl::unexpected(made.error());
        stages.push_back(std::move(*made));
        threads = std::max(threads, description.variants().front().plan.threads);
    }
    return banded_members(chained_convolutions(std::move(members), threads), std::move(stages));
}

void banded_members::run(dnnl_stream_t stream, const thread_team &team,
        std::span<const member_arguments> given, std::byte *scratchpad) const {
    std::deque<execution_arguments> lists; // keep what is mapped
    std::vector<convolution_executable::chained_reading> readings;
    readings.reserve(given.size());
    for (const member_arguments &member : given) {
        const int count = static_cast<int>(member.list->size());
        lists.emplace_back(count, member.list->data());
        readings.push_back(member.executable->read_for_chain(lists.back(), count, member.list->data()));
    }
    std::deque<eltwise_stages::run> stages;
    std::vector<chained_args> args;
    for (std::size_t k = 0; k < given.size(); ++k) {
        chained_args of_member {readings[k].args, given[k].begin_as, readings[k].variant};
        of_member.of_member.operands = readings[k].operands.data();
        of_member.of_member.stages = &stages.emplace_back(stages_[k], stream);
        args.push_back(of_member);
    }
    const run_result result = computation_.execute(args, scratchpad, team);
    if (result == run_result::stage_failed) throw failure {dnnl_runtime_error};
    // Members that are promised few bits are in no bands: chain_choice.cpp.
    if (result != run_result::computed)
        throw left_to_onednn {"no proof covers source zero points this far outside the source data type"};
}

} // namespace winodnn
