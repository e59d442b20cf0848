// The arguments of a chain's execution, member by member.
#pragma once

#include "provider/chains/chain_members.hpp"

namespace winodnn {

class chain_arguments {
public:
    // Throws invalid_argument for what is no member's, or not for the program to give.
    chain_arguments(const chain_members &members, int count, const dnnl_exec_arg_t *list);

    // What the program gave for this member, as its primitive wants it.
    const std::vector<dnnl_exec_arg_t> &of(int member) const {
        return by_member_[static_cast<std::size_t>(member)];
    }
    // nullptr if it is missing.
    dnnl_memory_t source() const { return source_; }
    dnnl_memory_t destination() const { return destination_; }
    dnnl_memory_t scratchpad() const { return scratchpad_; }

private:
    void check(const chain_members &members, int member, int argument) const;

    std::vector<std::vector<dnnl_exec_arg_t>> by_member_;
    dnnl_memory_t source_ = nullptr, destination_ = nullptr, scratchpad_ = nullptr;
};

} // namespace winodnn
