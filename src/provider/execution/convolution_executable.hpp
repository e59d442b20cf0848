// The primitive of a convolution that is taken over.
#pragma once

#include "problem/limits.hpp"
#include "provider/attributes/attribute_arguments.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/execution/onednn_execution.hpp"
#include "provider/execution/scratch_pool.hpp"
#include "provider/objects/handle.hpp"
#include "run/convolution.hpp"

#include <array>
#include <optional>
#include <string>

namespace winodnn {

class convolution_description;
class execution_arguments;
struct packing_record;

class convolution_executable final : public executable {
public:
    explicit convolution_executable(const convolution_description &description);

    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

    using operand_list = std::array<const void *, most_post_ops>;

    // For an execution as part of a chain, which has scratchpad and stages: what execute() would read.
    // `variant` is of the description's. Throws invalid_argument and left_to_onednn.
    struct chained_reading {
        run_args args; // whose operands are to be set to those that follow
        operand_list operands;
        std::size_t variant;
    };
    chained_reading read_for_chain(
            const execution_arguments &arguments, int nargs, const dnnl_exec_arg_t *args) const;

private:
    run_args read(const execution_arguments &arguments) const;
    packed_block read_weights(const execution_arguments &arguments) const;
    void read_quantization(const execution_arguments &arguments, run_args &r) const;
    operand_list read_operands(const execution_arguments &arguments) const;
    struct variant;
    // Throws left_to_onednn before anything is written. Returns what the weights have chosen.
    const variant &run(
            dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args, const thread_team &team) const;
    const variant &compute(run_args &args, dnnl_stream_t stream, const thread_team &team) const;

    const convolution_description &description_;
    struct variant {
        layer_key key;
        number_system numbers;
        convolution computation;
        std::string info; // of verbose output
    };
    // Throws left_to_onednn if it is none of ours.
    const variant &variant_for(const run_args &args) const;

    weights_layout layout_;
    block_reader weights_;
    packing_record *record_; // may be nullptr
    attribute_arguments attribute_arguments_;
    onednn_execution by_onednn_;
    std::vector<variant> variants_;
    std::size_t src_bytes_, dst_bytes_;
    std::optional<scratch_pool::membership> membership_; // when the scratchpad is the library's
};

} // namespace winodnn
