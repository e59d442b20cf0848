#include "provider/chains/chain_executable.hpp"

#include "problem/rounding.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/chains/chain_arguments.hpp"
#include "provider/chains/chain_choice.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/statistics.hpp"
#include "provider/report/verbose.hpp"
#include "provider/threads/runtime.hpp"

#include <algorithm>

namespace winodnn {
namespace {

std::size_t bytes_of(const_dnnl_memory_desc_t desc) {
    return round_up(real().dnnl_memory_desc_get_size(desc), tensor_alignment);
}

owned_memory make_memory(const_dnnl_memory_desc_t desc, dnnl_engine_t engine, void *data) {
    dnnl_memory_t made = nullptr;
    require(real().dnnl_memory_create(&made, desc, engine, data));
    return owned_memory(made);
}

std::byte *aligned(std::byte *data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    return data + (round_up(address, std::uintptr_t {tensor_alignment}) - address);
}

void *data_of(dnnl_memory_t memory) {
    void *data = nullptr;
    require(real().dnnl_memory_get_data_handle(memory, &data));
    return data;
}

} // namespace

struct chain_executable::occasion {
    const chain_executable &chain;
    dnnl_stream_t stream;
    const thread_team &team;
    const chain_arguments &given;
    const tensor_places &places;
    std::byte *scratchpad; // the tensors, and then what members need

    std::byte *for_members() const { return scratchpad + places.bytes(); }
    // Of a tensor of which only rows exist this has no meaning, but is not null.
    void *data(int member) const {
        if (member == WINODNN_CHAIN_SOURCE) return data_of(given.source());
        if (member + 1 == chain.members_.count()) return data_of(given.destination());
        return places.has(member) ? scratchpad + places.offset(member) : scratchpad;
    }
    owned_memory tensor(int member) const {
        const bool is_source = member == WINODNN_CHAIN_SOURCE;
        const chain_member &owner = chain.members_[is_source ? 0 : member];
        return make_memory(
                is_source ? owner.src.get() : owner.dst.get(), chain.members_.engine(), data(member));
    }
};

namespace {

// A member's arguments: those that the program gave, and those that the chain adds.
struct member_list {
    std::vector<dnnl_exec_arg_t> args;
    std::vector<owned_memory> made;

    void add(int argument, owned_memory memory) {
        args.push_back({argument, memory.get()});
        made.push_back(std::move(memory));
    }
};

} // namespace

chain_executable::chain_executable(chain_members members, winodnn_chain_goal_t goal)
    : members_(std::move(members)) {
    for (int i = 0; i < members_.count(); ++i) runs_.push_back(members_[i].make_executable());
    make_units(goal);
    prepare_sums();
    size_scratchpad();
}

void chain_executable::make_units(winodnn_chain_goal_t goal) {
    chain_choice choice = choose_bands(members_, goal);
    why_not_banded_ = std::move(choice.why_not);
    for (const member_range &range : choice.together) {
        if (range.size() == 1) {
            units_.push_back({range});
            continue;
        }
        expected<winodnn::banded_members> made = winodnn::banded_members::make(members_, range);
        if (made) {
            units_.push_back({range, std::move(*made)});
            continue;
        }
        if (why_not_banded_.empty()) why_not_banded_ = made.error().text();
        for (int k = range.begin; k < range.end; ++k) units_.push_back({{k, k + 1}});
    }
}

void chain_executable::prepare_sums() {
    sums_.resize(static_cast<std::size_t>(members_.count()));
    for (const chain_link &link : members_.links()) {
        owned_primitive &kept = sums_[static_cast<std::size_t>(link.member)];
        if (!link.is_sum || kept) continue;
        dnnl_primitive_desc_t desc = nullptr;
        require(real().dnnl_reorder_primitive_desc_create(&desc, members_.desc_of_source(link),
                members_.engine(), members_[link.member].dst.get(), members_.engine(), nullptr));
        const owned_primitive_desc owned(desc);
        dnnl_primitive_t made = nullptr;
        require(real().dnnl_primitive_create(&made, desc));
        kept.reset(made);
    }
}

void chain_executable::size_scratchpad() {
    const int last = members_.count() - 1;
    for (int k = 0; k < last; ++k)
        all_places_.add(k, bytes_of(members_[k].dst.get()), k, members_.last_reader(k));
    std::size_t of_units = 0;
    for (const unit &u : units_) {
        // Time is counted in members: a unit's begins with its first one.
        for (int k = u.range.begin; k < std::min(u.range.end, last); ++k)
            if (is_whole(members_, u.range, k)) {
                const int reader = members_.last_reader(k);
                const auto ends = std::ranges::find_if(
                        units_, [&](const unit &other) { return other.range.has(reader); });
                places_.add(k, bytes_of(members_[k].dst.get()), u.range.begin, ends->range.end - 1);
            }
        if (!u.banded) continue;
        of_units = std::max(of_units, u.banded->scratchpad_bytes());
        rows_bytes_ = std::max(rows_bytes_, u.banded->rows_bytes());
    }
    for (int k = 0; k <= last; ++k)
        if (members_[k].scratchpad)
            member_bytes_ = std::max(member_bytes_, bytes_of(members_[k].scratchpad.get()));
    scratchpad_bytes_ = places_.bytes() + std::max(of_units, member_bytes_);
    if (scratchpad_bytes_ > 0) scratchpad_bytes_ += tensor_alignment;
    scratchpad_desc_ = make_bytes_desc(scratchpad_bytes_);
}

int chain_executable::banded_members() const {
    int count = 0;
    for (const unit &u : units_) count += u.banded ? u.range.size() : 0;
    return count;
}

namespace {

member_list list_for(const chain_members &members, int index, const std::vector<dnnl_exec_arg_t> &given,
        const auto &tensor) {
    member_list list {given, {}};
    if (index > 0) list.add(DNNL_ARG_SRC, tensor(index - 1));
    if (index + 1 < members.count()) list.add(DNNL_ARG_DST, tensor(index));
    for (const chain_link &link : members.links())
        if (link.member == index && !link.is_sum) list.add(link.argument(), tensor(link.source));
    return list;
}

const chain_link *first_sum(const chain_members &members, int index) {
    for (const chain_link &link : members.links())
        if (link.member == index && link.is_sum) return &link;
    return nullptr;
}

} // namespace

void chain_executable::run_member(int index, const occasion &now) const {
    const auto tensor = [&](int member) { return now.tensor(member); };
    member_list list = list_for(members_, index, now.given.of(index), tensor);
    const_dnnl_memory_desc_t scratchpad = members_[index].scratchpad.get();
    if (scratchpad != nullptr && real().dnnl_memory_desc_get_size(scratchpad) > 0)
        list.add(DNNL_ARG_SCRATCHPAD, make_memory(scratchpad, members_.engine(), now.for_members()));
    if (const chain_link *sum = first_sum(members_, index); sum != nullptr) {
        const owned_memory from = tensor(sum->source), to = tensor(index);
        const dnnl_exec_arg_t copied[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}};
        const auto *reorder = sums_[static_cast<std::size_t>(index)].get();
        require(real().dnnl_primitive_execute(reorder, now.stream, 2, copied));
    }
    require(runs_[static_cast<std::size_t>(index)]->execute(
            now.stream, static_cast<int>(list.args.size()), list.args.data()));
}

void chain_executable::run_unit(const unit &u, const occasion &now) const {
    if (!u.banded) return run_member(u.range.begin, now);
    const auto tensor = [&](int member) { return now.tensor(member); };
    std::vector<member_list> lists;
    for (int k = u.range.begin; k < u.range.end; ++k)
        lists.push_back(list_for(members_, k, now.given.of(k), tensor));
    std::vector<winodnn::banded_members::member_arguments> given;
    for (int k = u.range.begin; k < u.range.end; ++k) {
        const chain_link *sum = first_sum(members_, k);
        const auto *runs =
                static_cast<const convolution_executable *>(runs_[static_cast<std::size_t>(k)].get());
        given.push_back({runs, &lists[static_cast<std::size_t>(k - u.range.begin)].args,
                sum != nullptr ? now.data(sum->source) : nullptr});
    }
    u.banded->run(now.stream, now.team, given, now.for_members());
    for (int k = u.range.begin; k < u.range.end; ++k) count_executed(false);
}

void chain_executable::run_one_by_one(dnnl_stream_t stream, const chain_arguments &given) const {
    const scratch_pool::lease lent(
            scratch_pool::shared(), all_places_.bytes() + member_bytes_ + tensor_alignment);
    threadpool_team own;
    const occasion now {*this, stream, host_runtime()->threads->team_on(stream, own), given, all_places_,
            aligned(lent.data())};
    for (int k = 0; k < members_.count(); ++k) run_member(k, now);
}

void chain_executable::run(dnnl_stream_t stream, const chain_arguments &given) const {
    std::optional<scratch_pool::lease> lent;
    std::byte *scratchpad = nullptr;
    if (dnnl_memory_t users = given.scratchpad(); users != nullptr) {
        const dnnl_exec_arg_t only {DNNL_ARG_SCRATCHPAD, users};
        const execution_arguments list(1, &only);
        scratchpad = static_cast<std::byte *>(
                list.data(DNNL_ARG_SCRATCHPAD, "the chain's scratchpad", scratchpad_bytes_));
    } else {
        lent.emplace(scratch_pool::shared(), scratchpad_bytes_);
        scratchpad = lent->data();
    }
    threadpool_team own;
    const occasion now {*this, stream, host_runtime()->threads->team_on(stream, own), given, places_,
            aligned(scratchpad)};
    for (const unit &u : units_) run_unit(u, now);
}

void chain_executable::print_execution(const std::string &why_left, double milliseconds) const {
    const bool by_bands = why_left.empty();
    print_event("exec",
            members_.info() + ",banded:" + std::to_string(by_bands ? banded_members() : 0)
                    + (by_bands ? "" : "," + why_left),
            milliseconds);
}

dnnl_status_t chain_executable::execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    try {
        take_turn(stream, members_.engine());
        const stopwatch watch;
        const chain_arguments given(members_, nargs, args);
        std::string left; // why members are executed one after the other
        try {
            // Whoever observes sources needs all of them.
            if (is_observing()) throw left_to_onednn {"a calibration is going on"};
            run(stream, given);
        } catch (const left_to_onednn &caught) {
            left = caught.reason;
        }
        if (!left.empty()) run_one_by_one(stream, given);
        if (verbose_events()) print_execution(left, watch.milliseconds());
        return dnnl_success;
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", members_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
}

} // namespace winodnn
