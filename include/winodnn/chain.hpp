// winodnn/chain.h for C++, in the style of oneDNN's dnnl.hpp: objects that release what they have, arguments
// in maps, dnnl::error thrown for every status that is not success.
#ifndef WINODNN_CHAIN_HPP
#define WINODNN_CHAIN_HPP

#include "winodnn/chain.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace winodnn {

class chain {
public:
    using link = winodnn_chain_link_t;

    enum class goal { fastest = winodnn_chain_fastest, least_memory = winodnn_chain_least_memory };

    static constexpr int source = WINODNN_CHAIN_SOURCE;

    chain() = default;
    explicit chain(const std::vector<dnnl::convolution_forward::primitive_desc> &members,
            const std::vector<link> &links = {}, goal wanted = goal::fastest) {
        std::vector<const_dnnl_primitive_desc_t> descs;
        descs.reserve(members.size());
        for (const auto &member : members) descs.push_back(member.get());
        winodnn_chain_t made = nullptr;
        dnnl::error::wrap_c_api(winodnn_chain_create(&made, static_cast<int>(descs.size()), descs.data(),
                                        static_cast<int>(links.size()), links.data(),
                                        static_cast<winodnn_chain_goal_t>(wanted)),
                "could not create a chain");
        handle_.reset(made, winodnn_chain_destroy);
    }

    // The number of a member's argument.
    static constexpr int arg(int member, int argument) { return WINODNN_CHAIN_ARG(member, argument); }

    int banded_members() const { return winodnn_chain_banded_members(get(), nullptr); }
    std::string why_not_banded() const {
        const char *reason = "";
        winodnn_chain_banded_members(get(), &reason);
        return reason;
    }

    dnnl::memory::desc scratchpad_desc() const {
        const const_dnnl_memory_desc_t desc = winodnn_chain_scratchpad_desc(get());
        if (desc == nullptr) return {};
        dnnl_memory_desc_t copy = nullptr;
        dnnl::error::wrap_c_api(dnnl_memory_desc_clone(&copy, desc), "could not clone a memory descriptor");
        return dnnl::memory::desc(copy);
    }
    std::size_t activation_bytes() const { return winodnn_chain_activation_bytes(get()); }

    // By chain::arg(member, argument).
    void execute(const dnnl::stream &stream, const std::unordered_map<int, dnnl::memory> &args) const {
        std::vector<dnnl_exec_arg_t> list;
        list.reserve(args.size());
        for (const auto &[number, memory] : args) list.push_back({number, memory.get(true)});
        dnnl::error::wrap_c_api(
                winodnn_chain_execute(get(), stream.get(), static_cast<int>(list.size()), list.data()),
                "could not execute a chain");
    }

    const_winodnn_chain_t get() const { return handle_.get(); }

private:
    std::shared_ptr<winodnn_chain> handle_;
};

} // namespace winodnn

#endif // WINODNN_CHAIN_HPP
