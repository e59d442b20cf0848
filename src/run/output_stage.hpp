// The last stage: from the components' sums to the destination, by kernels and, between them, by the host's
// functions for post-ops that are staged. Reads M, scales, biases and operands; writes dst, and partial sums.
#pragma once

#include "jit/output_transform/output_transform.hpp"
#include "run/blueprint.hpp"
#include "winograd/quantizer.hpp"

#include <array>

namespace winodnn {

// Output channels that there are, counted over all groups.
struct channel_span {
    dim begin, count;
};

class output_stage {
public:
    explicit output_stage(const blueprint &b);

    // False if a stage function failed.
    bool run(
            const execution &e, const block_in_work &block, channel_span channels, jit::part_kind part) const;

private:
    using kernel = std::shared_ptr<const jit::output_transform>;
    using kernels = std::vector<kernel>; // by tile_grid::clipping_of

    // Post-ops between those that are staged.
    struct segment {
        std::size_t begin, end;
    };

    static std::vector<segment> split(const std::vector<post_op> &post_ops);
    jit::output_transform_config config_of(const segment &s) const;
    kernels make_kernels(jit::output_transform_config config) const;
    void run_kernels(const execution &e, const block_in_work &block, channel_span channels, const segment &s,
            const kernels &by_clipping) const;
    const void *operand(const execution &e, std::size_t index, dim first_channel, dim first_output) const;

    const blueprint &blueprint_;
    const int lanes_;
    const std::vector<segment> segments_;
    std::array<kernels, 4> first_; // of the first segment, by part
    std::vector<kernels> later_;   // of the others
    // 1 / gain of each level, and the gain.
    std::array<std::array<float, 2>, most_levels> gains_;
};

} // namespace winodnn
