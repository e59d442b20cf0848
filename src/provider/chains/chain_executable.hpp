// A chain that can be executed: members by bands or one after the other, what lies between them in the
// scratchpad.
#pragma once

#include "provider/chains/banded_members.hpp"
#include "provider/chains/chain_members.hpp"
#include "provider/chains/tensor_places.hpp"
#include "provider/execution/scratch_pool.hpp"

#include <optional>

namespace winodnn {

class chain_arguments;

class chain_executable final : public executable {
public:
    // Throws failure.
    chain_executable(chain_members members, winodnn_chain_goal_t goal);

    // By WINODNN_CHAIN_ARG.
    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

    const chain_members &members() const { return members_; }
    int banded_members() const;
    const std::string &why_not_banded() const { return why_not_banded_; }
    const_dnnl_memory_desc_t scratchpad_desc() const { return scratchpad_desc_.get(); }
    std::size_t activation_bytes() const { return places_.bytes() + rows_bytes_; }

private:
    // Members that are executed together, or a single one.
    struct unit {
        member_range range;
        std::optional<winodnn::banded_members> banded {};
    };
    // An execution: what was given, and where tensors are.
    struct occasion;

    void make_units(winodnn_chain_goal_t goal);
    void prepare_sums();
    void size_scratchpad();
    void run(dnnl_stream_t stream, const chain_arguments &given) const;
    void run_one_by_one(dnnl_stream_t stream, const chain_arguments &given) const;
    void run_unit(const unit &u, const occasion &now) const;
    void run_member(int index, const occasion &now) const;
    void print_execution(const std::string &why_left, double milliseconds) const;

    const chain_members members_;
    std::vector<std::unique_ptr<const executable>> runs_;
    std::vector<unit> units_;
    std::string why_not_banded_;
    tensor_places places_,
            all_places_; // of tensors that are there as a whole; of all, if members run one by one
    std::vector<owned_primitive> sums_; // reorders, of members whose destination begins as another tensor
    std::size_t rows_bytes_ = 0, member_bytes_ = 0, scratchpad_bytes_ = 0;
    owned_memory_desc scratchpad_desc_;
    scratch_pool::membership membership_ {scratch_pool::shared()};
};

} // namespace winodnn
