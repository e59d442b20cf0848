// The first stage: the source's pixels of a block of tiles, transformed, all channels of one group.
// Reads src and the source zero points; writes V.
#pragma once

#include "jit/input_transform/input_transform.hpp"
#include "run/blueprint.hpp"

namespace winodnn {

class input_stage {
public:
    // Quantizers, if the plan is quantized: of the classes of tiles that there are.
    input_stage(const blueprint &b, const class_quantizers &quantizers);

    void run(const execution &e, const block_in_work &block, dim group) const;

private:
    const blueprint &blueprint_;
    std::vector<std::shared_ptr<const jit::input_transform>> kernels_; // by tile_grid::clipping_of
    std::array<jit::quantization_tables, tile_classes> tables_;
};

} // namespace winodnn
