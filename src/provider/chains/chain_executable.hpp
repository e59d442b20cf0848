// A chain that can be executed: member after member, what lies between them in the scratchpad.
#pragma once

#include "provider/chains/chain_members.hpp"
#include "provider/execution/scratch_pool.hpp"

namespace winodnn {

class chain_arguments;

class chain_executable final : public executable {
public:
    explicit chain_executable(chain_members members);

    // By WINODNN_CHAIN_ARG.
    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

    const chain_members &members() const { return members_; }
    int banded_members() const { return 0; }
    const char *why_not_banded() const { return "members are executed one after the other"; }
    const_dnnl_memory_desc_t scratchpad_desc() const { return scratchpad_desc_.get(); }
    std::size_t activation_bytes() const { return activation_bytes_; }

private:
    void place_tensors();
    void prepare_sums();
    dnnl_status_t run(dnnl_stream_t stream, const chain_arguments &given, std::byte *scratchpad) const;
    dnnl_status_t run_member(
            int index, dnnl_stream_t stream, const chain_arguments &given, std::byte *scratchpad) const;
    owned_memory tensor_of(int member, const chain_arguments &given, std::byte *scratchpad) const;

    const chain_members members_;
    std::vector<std::unique_ptr<const executable>> runs_;
    // Of each member the destination's place in the scratchpad; not the last one's.
    std::vector<std::size_t> tensors_;
    std::vector<owned_primitive> sums_; // reorders, of members whose destination begins as another tensor
    std::size_t activation_bytes_ = 0, scratchpad_bytes_ = 0;
    owned_memory_desc scratchpad_desc_;
    scratch_pool::membership membership_ {scratch_pool::shared()};
};

} // namespace winodnn
