// The shape of a packed weights block, and how it hides in the strides of an ordinary oneDNN memory desc.
#pragma once

#include "problem/problem.hpp"
#include "winograd/tile.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace winodnn {

// Everything that the bytes of a packed block depend on, besides the weights themselves.
struct weights_layout {
    tile_id tile = tile_id::f4x4;
    int oc_lanes = 16;  // 32-bit lanes of the vectors that multiply: 8 or 16
    value_range source; // the range that the exactness proof is made for
    dim ic = 0, oc = 0;

    bool operator==(const weights_layout &) const = default;

    int components() const; // of the tile
    dim padded_ic() const;  // the tail is zero weights
    dim padded_oc() const;  // to whole vectors
    dim oc_block() const;   // channels that are multiplied and transformed back together
    dim oc_slice() const;   // channels that one call of the multiply kernel covers
    std::size_t part_capacity() const;
    std::size_t header_bytes() const;
    std::size_t payload_bytes() const; // U[oc block][component][slice][ic / 2][oc in slice][2], s16
    std::size_t bytes() const;
};

// The s8 memory desc {oc, ic, 3, 3} with these strides stands for the layout: its size is oc * strides[0], at
// least bytes(); the inner strides are a mark that no dense tensor or view of one has (see the .cpp).
std::array<dim, 4> strides_of(const weights_layout &layout);
std::optional<weights_layout> layout_of(const std::array<dim, 4> &dims, const std::array<dim, 4> &strides);

} // namespace winodnn
