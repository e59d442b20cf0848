#include "provider/chains/chain_executable.hpp"

#include "provider/chains/chain_arguments.hpp"
#include "provider/objects/arguments.hpp"
#include "provider/objects/memory_desc.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"

#include <algorithm>
#include <optional>

namespace winodnn {
namespace {

constexpr std::size_t alignment = 64; // of what is in the scratchpad

std::size_t bytes_of(const_dnnl_memory_desc_t desc) {
    return round_up(real().dnnl_memory_desc_get_size(desc), alignment);
}

owned_memory make_memory(const_dnnl_memory_desc_t desc, dnnl_engine_t engine, void *data) {
    dnnl_memory_t made = nullptr;
    require(real().dnnl_memory_create(&made, desc, engine, data));
    return owned_memory(made);
}

std::byte *aligned(std::byte *data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    return data + (round_up(address, std::uintptr_t {alignment}) - address);
}

} // namespace

chain_executable::chain_executable(chain_members members) : members_(std::move(members)) {
    for (int i = 0; i < members_.count(); ++i) runs_.push_back(members_[i].make_executable());
    place_tensors();
    prepare_sums();
    std::size_t of_member = 0;
    for (int i = 0; i < members_.count(); ++i)
        if (members_[i].scratchpad) of_member = std::max(of_member, bytes_of(members_[i].scratchpad.get()));
    scratchpad_bytes_ = activation_bytes_ + of_member;
    if (scratchpad_bytes_ > 0) scratchpad_bytes_ += alignment;
    scratchpad_desc_ = make_bytes_desc(scratchpad_bytes_);
}

// Each where it is in nobody's way while somebody will still read it.
void chain_executable::place_tensors() {
    for (int i = 0; i + 1 < members_.count(); ++i) {
        const std::size_t bytes = bytes_of(members_[i].dst.get());
        std::size_t place = 0;
        for (int again = 0; again < i; ++again)
            for (int j = 0; j < i; ++j) {
                const std::size_t begin = tensors_[static_cast<std::size_t>(j)],
                                  end = begin + bytes_of(members_[j].dst.get());
                if (members_.last_reader(j) >= i && place < end && begin < place + bytes) place = end;
            }
        tensors_.push_back(place);
        activation_bytes_ = std::max(activation_bytes_, place + bytes);
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

owned_memory chain_executable::tensor_of(
        int member, const chain_arguments &given, std::byte *scratchpad) const {
    const bool is_source = member == WINODNN_CHAIN_SOURCE;
    const_dnnl_memory_desc_t desc = is_source ? members_[0].src.get() : members_[member].dst.get();
    if (!is_source && member + 1 < members_.count())
        return make_memory(
                desc, members_.engine(), scratchpad + tensors_[static_cast<std::size_t>(member)]);
    void *data = nullptr;
    require(real().dnnl_memory_get_data_handle(is_source ? given.source() : given.destination(), &data));
    return make_memory(desc, members_.engine(), data);
}

dnnl_status_t chain_executable::run_member(
        int index, dnnl_stream_t stream, const chain_arguments &given, std::byte *scratchpad) const {
    std::vector<dnnl_exec_arg_t> args = given.of(index);
    std::vector<owned_memory> made;
    const auto pass = [&](int argument, owned_memory memory) {
        args.push_back({argument, memory.get()});
        made.push_back(std::move(memory));
    };
    if (index > 0) pass(DNNL_ARG_SRC, tensor_of(index - 1, given, scratchpad));
    if (index + 1 < members_.count()) pass(DNNL_ARG_DST, tensor_of(index, given, scratchpad));
    if (const_dnnl_memory_desc_t desc = members_[index].scratchpad.get(); desc != nullptr)
        if (real().dnnl_memory_desc_get_size(desc) > 0)
            pass(DNNL_ARG_SCRATCHPAD, make_memory(desc, members_.engine(), scratchpad + activation_bytes_));
    bool begun = false;
    for (const chain_link &link : members_.links()) {
        if (link.member != index) continue;
        if (!link.is_sum) {
            pass(link.argument(), tensor_of(link.source, given, scratchpad));
        } else if (!begun) {
            const owned_memory from = tensor_of(link.source, given, scratchpad),
                               to = tensor_of(index, given, scratchpad);
            const dnnl_exec_arg_t copied[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}};
            const auto *reorder = sums_[static_cast<std::size_t>(index)].get();
            require(real().dnnl_primitive_execute(reorder, stream, 2, copied));
            begun = true;
        }
    }
    return runs_[static_cast<std::size_t>(index)]->execute(
            stream, static_cast<int>(args.size()), args.data());
}

dnnl_status_t chain_executable::run(
        dnnl_stream_t stream, const chain_arguments &given, std::byte *scratchpad) const {
    for (int i = 0; i < members_.count(); ++i)
        if (const dnnl_status_t status = run_member(i, stream, given, scratchpad); status != dnnl_success)
            return status;
    return dnnl_success;
}

dnnl_status_t chain_executable::execute(
        dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const {
    try {
        take_turn(stream, members_.engine());
        const chain_arguments given(members_, nargs, args);
        if (dnnl_memory_t users = given.scratchpad(); users != nullptr && scratchpad_bytes_ > 0) {
            const dnnl_exec_arg_t only {DNNL_ARG_SCRATCHPAD, users};
            const execution_arguments list(1, &only);
            void *data = list.data(DNNL_ARG_SCRATCHPAD, "the chain's scratchpad", scratchpad_bytes_);
            return run(stream, given, aligned(static_cast<std::byte *>(data)));
        }
        const scratch_pool::lease lent(scratch_pool::shared(), scratchpad_bytes_);
        return run(stream, given, aligned(lent.data()));
    } catch (const invalid_argument &wrong) {
        if (verbose_refusals()) print_refusal("exec:invalid", members_.info(), wrong.reason);
        return dnnl_invalid_arguments;
    }
}

} // namespace winodnn
