// The shape of a packed weights block, and how it hides in the strides of an ordinary oneDNN memory desc.
#pragma once

#include "problem/problem.hpp"
#include "winograd/number_system.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace winodnn {

// Everything that the bytes of a packed block depend on, besides the weights themselves.
struct weights_layout {
    tile_id tile = tile_id::f4x4;
    int oc_lanes = 16;  // 32-bit lanes of the vectors that multiply: 8 or 16
    value_range source; // the range that the exactness proof is made for, of 8 bits
    dim ic = 0, oc = 0; // of one group
    dim groups = 0;     // 0: the weights have no group dimension
    // Not 0: components can be in 8 bits, and the block's header says which are. Where quantized V saturates:
    // 255, or 127 without VNNI.
    int byte_limit = 0;
    // Fewer than 8: the source's values are promised to have no more, and components that are in 8 bits are
    // so exactly. Otherwise they are quantized, if there is a calibration for the weights.
    int source_bits = 8;

    bool operator==(const weights_layout &) const = default;

    bool calibrated() const { return byte_limit != 0 && source_bits == 8; }
    bool promised() const { return source_bits < 8; }
    value_range promised_source() const { return in_bits(source, source_bits); }
    const winodnn::tile &shape() const { return tile_of(tile); }
    int taps() const { return shape().taps.count(); } // of a filter
    dim padded_ic() const;                            // the tail is zero weights
    dim padded_oc() const;                            // to whole vectors
    dim oc_block() const; // channels that are multiplied and transformed back together
    dim oc_slice() const; // channels that one call of the multiply kernel covers
    dim group_count() const { return groups == 0 ? 1 : groups; }
    // Input channels of exact weights are split at multiples of this.
    dim part_step() const;
    std::size_t part_capacity() const;
    // Each group has a header and a payload of its own.
    std::size_t header_bytes() const;
    std::size_t payload_bytes() const;                          // room for any number system
    std::size_t used_bytes(const number_system &numbers) const; // a multiple of 64
    dim filters() const { return oc * ic; }                     // of one group
    static constexpr std::size_t ends_offset = 112;             // of the ends of parts in a header

    // U[oc block][component][slice][term][ic / n][oc in slice][n], n = 2 s16 or 4 s8: bytes of one output
    // channel's part, of one component, of those before it and of all.
    dim component_bytes(const number_system &numbers, int component) const;
    dim channel_bytes_before(const number_system &numbers, int component) const;
    dim channel_bytes(const number_system &numbers) const;
    // Behind U, of quantized weights: scales f32 and sums of U s32, [component][padded_oc] each, then the s8
    // weights that they were made of. Of exact ones with components in 8 bits, sums of U only.
    dim scales_offset(const number_system &numbers) const;
    dim bytes_of_sums() const;
    dim sums_offset(const number_system &numbers) const;
    dim plain_offset(const number_system &numbers) const;

    std::size_t group_stride() const; // from one group's header to the next, a multiple of 64
    std::size_t bytes() const;

    // Tells layouts of equal dims apart: the stride of oc.
    dim code() const;
};

// Whether sums of 8-bit products over all input channels stay in 32 bits.
bool can_be_quantized(const weights_layout &layout);

// The s8 memory desc with these dims ({oc, ic, kh, kw}, with groups in front if there are) and strides stands
// for the layout: its size is dims[0] * strides[0], at least bytes(); the inner strides are a mark that no
// dense tensor or view of one has (see the .cpp).
std::vector<dim> dims_of(const weights_layout &layout);
std::vector<dim> strides_of(const weights_layout &layout);
// Bytes of a memory of that desc, which programs allocate, over those of the plain s8 weights.
double growth_of(const weights_layout &layout);
std::optional<weights_layout> layout_of(std::span<const dim> dims, std::span<const dim> strides);

// The inner strides of packed descs, after that of oc: of kernels of up to 3 and of up to 5 taps a side, and
// for so many bits of the source.
using packed_inner_strides = std::array<dim, 3>;
constexpr packed_inner_strides packed_marks(bool larger, int source_bits) {
    const dim rows = larger ? 5 : 3, row = rows + 2 + (8 - source_bits);
    return {rows * row, row, 1};
}
// For a glance, at the first five strides of a desc with any number of dimensions: false for all that are not
// packed, but for very odd ones.
inline bool has_packed_marks(const dim *strides) {
    const auto marked = [](const dim *inner) {
        constexpr packed_inner_strides least = packed_marks(false, 8), most = packed_marks(true, 1);
        return inner[2] == 1 && inner[1] >= least[1] && inner[1] <= most[1]
               && (inner[0] == 3 * inner[1] || inner[0] == 5 * inner[1]);
    };
    return marked(strides + 1) || marked(strides + 2);
}

} // namespace winodnn
