// The last stage: from the components' sums to the destination, by kernels and, between them, by the host's
// functions for post-ops that are staged.
#pragma once

#include "jit/output_transform/output_transform.hpp"
#include "run/convolution.hpp"
#include "run/tile_grid.hpp"
#include "run/work.hpp"
#include "run/workspace.hpp"

#include <array>

namespace winodnn {

class output_stage {
public:
    output_stage(const problem &p, const plan &chosen, const workspace &space, const tile_grid &grid);

    // False if a stage function failed.
    bool run(const run_args &args, const std::byte *scratchpad, const thread_space &own, tile_block block,
            channel_span span, jit::part_kind part) const;

private:
    using kernel = std::shared_ptr<const jit::output_transform>;
    using kernels = std::vector<kernel>; // by tile_grid::kind_of

    // Post-ops between those that are staged.
    struct segment {
        std::size_t begin, end;
    };

    static std::vector<segment> split(const std::vector<post_op> &post_ops);
    jit::output_transform_config config_of(const segment &s) const;
    kernels make_kernels(jit::output_transform_config config) const;
    void run_kernels(const run_args &args, const std::byte *scratchpad, const thread_space &own,
            tile_block block, channel_span span, const segment &s, const kernels &by_kind) const;

    const problem &problem_;
    const plan &plan_;
    const tile &tile_;
    const workspace &space_;
    const tile_grid &grid_;
    const int lanes_;
    const std::vector<segment> segments_;
    std::array<kernels, 4> first_; // of the first segment, by part
    std::vector<kernels> later_;   // of the others
};

} // namespace winodnn
