// The primitive of a convolution that is taken over.
#pragma once

#include "provider/handle.hpp"
#include "provider/scratch_pool.hpp"
#include "run/convolution.hpp"

#include <array>
#include <optional>
#include <string>

namespace winodnn {

class convolution_description;
class execution_arguments;

class convolution_executable final : public executable {
public:
    explicit convolution_executable(const convolution_description &says);

    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

private:
    // oneDNN's limit to the number of post-ops.
    using operand_list = std::array<const void *, 32>;

    run_args read(const execution_arguments &given) const;
    void read_quantization(const execution_arguments &given, run_args &r) const;
    operand_list read_operands(const execution_arguments &given) const;
    struct variant {
        std::uint64_t identity;
        convolution how;
        std::string info; // of verbose output
    };
    // Returns what the weights have chosen.
    const variant &run(const execution_arguments &given, dnnl_stream_t stream) const;

    const convolution_description &says_;
    const variant &variant_for(const void *block) const;

    weights_layout layout_;
    std::vector<variant> variants_;
    std::size_t src_bytes_, dst_bytes_;
    std::optional<scratch_pool::membership> membership_; // when the scratchpad is the library's
};

} // namespace winodnn
