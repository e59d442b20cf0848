// Y = A^T M A, then from s32 accumulators to the destination: scale, bias, post-ops, saturation. Post-ops
// that the host computes fall between kernels: the f32 values are staged where the partial sums are, and what
// follows the post-op is a kernel that starts from there.
#pragma once

#include "jit/base/kernel.hpp"
#include "winograd/component_set.hpp"
#include "winograd/tile.hpp"

#include <string>
#include <vector>

namespace winodnn::jit {

// Where an accumulator over a part of the input channels goes (docs/numerics.md, "Splitting").
enum class part_kind : std::uint8_t {
    only,   // all channels: to the destination
    first,  // to the partial sums
    middle, // added to the partial sums
    last,   // added to the partial sums' values, then to the destination
};

struct output_transform_config {
    winodnn::isa isa = isa::avx2;
    tile_id tile = tile_id::f4x4;
    part_kind part = part_kind::only;
    int row_piece = 0, col_piece = 0; // outputs of a smaller piece of the tile; 0: all
    int rows = 0, cols = 0; // of outputs that lie inside the image: at the edges fewer than the piece's
    dim plane_stride = 0;   // of M, bytes
    dim row_stride = 0, col_stride = 0; // of the destination, bytes
    dim partial_stride = 0;             // of the partial sums, bytes from one output pixel to the next
    dim per_oc_stride = 0;              // bytes from one of the per_oc arrays to the next
    bool from_stage = false;            // the values are f32 in the stage, not sums in M
    bool to_stage = false;              // they go there, not to the destination
    int tail = 0;                       // channels of the last, partial vector, or 0
    data_type dst = data_type::u8;
    bool quantized = false;    // M are sums of quantized products, to be scaled to f32 first
    component_set wide {};     // of those, components in 16 bits: at no tile's level
    int first_scales = 4;      // which of the per_oc arrays has the scales of component 0
    bool accumulators = false; // dst gets the s32 accumulators as they are
    bool src_scale = false;    // before the other scale, which is of the weights alone then
    bool scale = false, bias = false, dst_scale = false, dst_zero_point = false;
    std::vector<post_op> post_ops;

    bool operator<(const output_transform_config &other) const;
    std::string name() const;
};

struct output_transform_args {
    const void *m;         // s32, first channel of plane 0
    void *dst;             // first channel of the tile's first output pixel
    void *partial;         // s32, or f32 of the stage, [row][col of the tile][channel]
    const float *per_oc;   // scales, biases, inverse dst scales, dst zero points, source scales: a channel
                           // each, to whole vectors; from first_scales on the same for each component: what
                           // one of M is in Y
    std::int64_t vectors;  // whole ones
    std::int64_t has_tail; // then also the tail
    // For each post-op with an operand: the one value, in f32, or that of the first channel, or that of the
    // first channel of the tile's first output pixel.
    const void *const *operands;
    // If M is quantized: 1 / gain of the level that the tile was quantized at, and that gain.
    const float *gains;
};

using output_transform = kernel<output_transform_args>;
std::shared_ptr<const output_transform> get_output_transform(const output_transform_config &config);

} // namespace winodnn::jit
