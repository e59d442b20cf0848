// Post-ops that oneDNN computes for us, between our kernels: eltwise on f32 values in place. Its
// approximations are its own; asking it for them is how results stay those of its own convolutions.
#pragma once

#include "provider/onednn/owned.hpp"
#include "run/convolution.hpp"

#include <span>
#include <vector>

namespace winodnn {

class eltwise_stages {
public:
    // For each staged post-op and each number of values that it is called with, by any of the plans by which
    // the convolution may be executed. Refused when oneDNN has no such eltwise.
    static expected<eltwise_stages> make(dnnl_engine_t engine, const problem &p, std::span<const plan> plans);

    // In an execution: on the thread that asks, or on the stream that the program gave.
    class run final : public stage_function {
    public:
        run(const eltwise_stages &stages, dnnl_stream_t stream)
            : stages_(stages), stream_(stages.without_pool_ ? stages.without_pool_.get() : stream),
              functions_(real()) {}
        bool apply(std::size_t post_op, float *values, dim count) const override;

    private:
        const eltwise_stages &stages_;
        dnnl_stream_t stream_;
        const real_functions &functions_; // for threads that are in no oneDNN
    };

private:
    struct stage {
        std::size_t post_op;
        dim count;
        owned_memory_desc values;
        owned_primitive eltwise;
    };

    explicit eltwise_stages(dnnl_engine_t engine) : engine_(engine) {}
    bool add(std::size_t index, const post_op &op, dim count);

    dnnl_engine_t engine_;
    // Where streams have threadpools: a pool that does not say that it is asked by one of its own threads
    // would be given parallel work by work that it waits for.
    owned_stream without_pool_;
    std::vector<stage> stages_;
};

} // namespace winodnn
