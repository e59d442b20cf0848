// V = B^T d B: from one tile of nhwc source pixels to planes of s16 and, quantized or exact ones, of u8.
#pragma once

#include "jit/base/kernel.hpp"
#include "jit/input_transform/quantization_tables.hpp"
#include "problem/limits.hpp"
#include "winograd/cover.hpp"
#include "winograd/number_system.hpp"

#include <compare>

namespace winodnn::jit {

struct input_transform_config {
    winodnn::isa isa = isa::avx2;
    tile_id tile = tile_id::f4x4;
    data_type src = data_type::u8;
    bool zero_point = false;
    bool narrow = false;              // 16 channels a vector where the ISA has 32
    int row_piece = 0, col_piece = 0; // outputs of a smaller piece of the tile; 0: all
    extent rows, cols;
    dim row_stride = 0, col_stride = 0; // of the source, bytes
    number_system numbers;
    plane_strides planes;   // of V
    dim scratch_stride = 0; // bytes; 0: tiles have too many values for it, and are transformed twice
    // Of quantized components, those whose values are never negative, and have no zero point.
    component_set one_sided {};
    int source_bits = 8; // that the source has, as components in 8 bits are exact by

    auto operator<=>(const input_transform_config &) const = default;
    int channels_per_vector() const;
    std::string name() const;
};

struct input_transform_args {
    const void *
            src; // first channel of the tile's first pixel, which may lie outside the image: never read there
    void *v;     // plane 0
    std::int64_t first;    // of the values of each plane that are written, counted from the plane's start
    std::int64_t channels; // at least channels_per_vector(); V's channels beyond are left as they are
    const std::int16_t *zero_points; // one a channel
    // If V is quantized:
    const input_quantization *quantization;
    void *scratch;       // s16 [plane][scratch_stride]: what is to become bytes
    std::int32_t *level; // that the tile was quantized at
};

// V in 8 bits is u8 = ((v * multiplier + 2^14) >> 15) + zero_point, in s16 the same without zero point. The
// multiplier of a component in 8 bits is that of the tile's level, which all channels of all of them decide:
// they are transformed to scratch first, or once more. Nothing saturates then.
using input_transform = kernel<input_transform_args>;
std::shared_ptr<const input_transform> get_input_transform(const input_transform_config &config);

} // namespace winodnn::jit
