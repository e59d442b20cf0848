// The functions of winodnn/chain.h.
#include "provider/chains/chain_executable.hpp"
#include "provider/execution/asynchronous_execution.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"
#include "winodnn/chain.h"

using namespace winodnn;

struct winodnn_chain {
    std::shared_ptr<const chain_executable> runs;
    std::shared_ptr<const executable> as_executable; // the same
};

namespace {

dnnl_status_t refuse(const std::string &info, const chain_refusal &why) {
    if (verbose_refusals()) print_refusal("create:refuse", info, why.reason);
    return why.status;
}

std::shared_ptr<const chain_executable> make(std::span<const const_dnnl_primitive_desc_t> descs,
        std::span<const winodnn_chain_link_t> links, winodnn_chain_goal_t goal) {
    const stopwatch watch;
    auto made = std::make_shared<const chain_executable>(chain_members(descs, links), goal);
    if (verbose_events()) print_event("create", made->members().info(), watch.milliseconds());
    return made;
}

} // namespace

dnnl_status_t winodnn_chain_create(winodnn_chain_t *chain, int members,
        const const_dnnl_primitive_desc_t *descs, int links, const winodnn_chain_link_t *link_list,
        winodnn_chain_goal_t goal) {
    return guarded([&] {
        const std::string info = "cpu,chain,members:" + std::to_string(members);
        const auto invalid = [&](const char *reason) {
            return refuse(info, {dnnl_invalid_arguments, reason});
        };
        if (chain == nullptr) return invalid("nowhere to put the chain");
        if (members < 0 || (members > 0 && descs == nullptr)) return invalid("no list of members");
        if (links < 0 || (links > 0 && link_list == nullptr)) return invalid("no list of links");
        if (goal != winodnn_chain_fastest && goal != winodnn_chain_least_memory)
            return invalid("an unknown goal");
        try {
            auto made = std::make_unique<winodnn_chain>();
            made->runs = make({descs, static_cast<std::size_t>(members)},
                    {link_list, static_cast<std::size_t>(links)}, goal);
            made->as_executable = made->runs;
            *chain = made.release();
            return dnnl_success;
        } catch (const chain_refusal &why) {
            return refuse(info, why);
        }
    });
}

dnnl_status_t winodnn_chain_destroy(winodnn_chain_t chain) {
    delete chain;
    return dnnl_success;
}

int winodnn_chain_banded_members(const_winodnn_chain_t chain, const char **reason) {
    if (reason != nullptr) *reason = chain == nullptr ? "" : chain->runs->why_not_banded().c_str();
    return chain == nullptr ? 0 : chain->runs->banded_members();
}

const_dnnl_memory_desc_t winodnn_chain_scratchpad_desc(const_winodnn_chain_t chain) {
    return chain == nullptr ? nullptr : chain->runs->scratchpad_desc();
}

size_t winodnn_chain_activation_bytes(const_winodnn_chain_t chain) {
    return chain == nullptr ? 0 : chain->runs->activation_bytes();
}

dnnl_status_t winodnn_chain_execute(
        const_winodnn_chain_t chain, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) {
    if (chain == nullptr) return dnnl_invalid_arguments;
    return guarded([&] {
        return execute({chain->as_executable, nullptr, chain->runs->members().info()}, stream, nargs, args);
    });
}
