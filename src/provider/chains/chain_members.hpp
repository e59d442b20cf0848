// What a chain is made of, checked: members that fit each other, and which of them read earlier ones.
#pragma once

#include "provider/objects/handle.hpp"
#include "winodnn/chain.h"

#include <span>
#include <string>
#include <vector>

namespace winodnn {

class convolution_description;

// Thrown where a chain cannot be made; the reason goes to verbose output.
struct chain_refusal {
    dnnl_status_t status;
    std::string reason;
};

// A post-op of a member that reads an earlier member's destination, or the chain's source.
struct chain_link {
    int member, post_op, source;
    bool is_sum; // or it is a binary post-op with a whole tensor

    int argument() const; // of the member: what the link is passed as, if it is no sum
};

struct chain_member {
    std::shared_ptr<const winodnn::description> description; // nullptr: oneDNN's own
    owned_primitive_desc onednn;                             // of oneDNN's own
    owned_memory_desc src, dst, scratchpad;                  // scratchpad: nullptr if the library has it

    // nullptr if it is not winodnn's.
    const convolution_description *taken_over() const;
    std::unique_ptr<const executable> make_executable() const;
};

class chain_members {
public:
    // Throws chain_refusal and failure.
    chain_members(
            std::span<const const_dnnl_primitive_desc_t> descs, std::span<const winodnn_chain_link_t> links);

    int count() const { return static_cast<int>(members_.size()); }
    const chain_member &operator[](int index) const { return members_[static_cast<std::size_t>(index)]; }
    const std::vector<chain_link> &links() const { return links_; }
    // Of the tensor that is a link's, or the chain's source.
    const_dnnl_memory_desc_t desc_of_source(const chain_link &link) const;
    // The last member that reads this member's destination.
    int last_reader(int member) const;
    dnnl_engine_t engine() const { return engine_; }
    // For verbose output.
    const std::string &info() const { return info_; }

private:
    void add(const_dnnl_primitive_desc_t desc);
    void add(const winodnn_chain_link_t &link, const_dnnl_primitive_desc_t of_member);
    void check_sums(int member, const_dnnl_primitive_desc_t desc) const;

    std::vector<chain_member> members_;
    std::vector<chain_link> links_;
    dnnl_engine_t engine_ = nullptr;
    std::string info_;
};

} // namespace winodnn
