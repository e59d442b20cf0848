// The primitive of a reorder from or to packed weights.
#pragma once

#include "provider/objects/handle.hpp"
#include "threads/thread_team.hpp"
#include "winograd/number_system.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace winodnn {

class execution_arguments;
class reorder_description;

class reorder_executable final : public executable {
public:
    explicit reorder_executable(const reorder_description &description); // throws failure

    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

private:
    // Returns what packed weights can be in: one of several number systems, or nothing.
    std::optional<number_system> run(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const;

    const reorder_description &description_;
    // s8 weights, which oneDNN's reorder with these arguments gave, to the block.
    number_system pack(const std::int8_t *plain, void *block, dnnl_stream_t stream,
            std::vector<dnnl_exec_arg_t> args, const thread_team &team) const;
    owned_primitive between_plain_, to_unrounded_;
};

} // namespace winodnn
