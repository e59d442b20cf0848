// Y = A^T M A, then from s32 accumulators to the destination: scale, bias, post-ops, saturation.
#pragma once

#include "jit/base/kernel.hpp"
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
    int rows = 0, cols = 0;   // of outputs that lie inside the image: at the edges fewer than the tile's
    dim component_stride = 0; // of M, bytes
    dim row_stride = 0, col_stride = 0; // of the destination, bytes
    dim partial_stride = 0;             // of the partial sums, bytes from one output pixel to the next
    int tail = 0;                       // channels of the last, partial vector, or 0
    data_type dst = data_type::u8;
    bool accumulators = false; // dst gets the s32 accumulators as they are
    bool scale = false, bias = false, dst_scale = false, dst_zero_point = false;
    std::vector<post_op> post_ops;

    bool operator<(const output_transform_config &other) const;
    std::string name() const;
};

struct output_transform_args {
    const void *m;      // s32, first channel of component 0
    void *dst;          // first channel of the tile's first output pixel
    void *partial;      // s32 [row][col of the tile][channel]
    const float *scale; // a channel each, readable to whole vectors
    const float *bias;
    std::int64_t vectors;  // whole ones
    std::int64_t has_tail; // then also the tail
    float inverse_dst_scale;
    float dst_zero_point;
};

using output_transform = kernel<output_transform_args>;
std::shared_ptr<const output_transform> get_output_transform(const output_transform_config &config);

} // namespace winodnn::jit
