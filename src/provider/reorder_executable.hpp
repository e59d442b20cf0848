// The primitive of a reorder from or to packed weights.
#pragma once

#include "provider/handle.hpp"

namespace winodnn {

class execution_arguments;
class reorder_description;

class reorder_executable final : public executable {
public:
    explicit reorder_executable(const reorder_description &says); // throws failure

    dnnl_status_t execute(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const override;

private:
    void run(dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) const;

    const reorder_description &says_;
    owned_primitive between_plain_;
};

} // namespace winodnn
