// What the products in the Winograd domain are computed in.
#pragma once

#include "problem/limits.hpp"
#include "winograd/component_set.hpp"
#include "winograd/tile.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace winodnn {

// Exact: everything in s16, unscaled, with sums that wrap (docs/numerics.md), but for the components in
// `bytes_exactly`, which 8 bits hold (exact_bytes.hpp). Quantized: V and U are scaled and rounded, each
// component by itself, to u8 and s8, or, for the components in `wide`, both to s16.
struct number_system {
    bool quantized = false;
    component_set wide {};
    component_set bytes_exactly {};

    auto operator<=>(const number_system &) const = default;

    bool is_wide(int component) const {
        return quantized ? wide.contains(component) : !bytes_exactly.contains(component);
    }
    // Whether sums start from something else than 0.
    bool has_initial_sums() const { return quantized || !bytes_exactly.empty(); }
    int bytes(int component) const { return is_wide(component) ? 2 : 1; } // of a value of V or U
};

// s16, s8, s8+7xs16 where seven components are wide, or s16+7xs8 where seven are exact in 8 bits.
std::string name_of(const number_system &numbers);

// Bytes from one plane of V to the next: behind a plane of s16 and behind one of 8 bits.
struct plane_strides {
    std::int64_t wide = 0, narrow = 0;

    auto operator<=>(const plane_strides &) const = default;
    std::int64_t offset(const bilinear_algorithm &t, const number_system &numbers, int plane) const;
};

constexpr number_system exact {};

// The largest magnitude of V in wide components. Their sums have to stay in 32 bits, so that what V gets U
// has not: this leaves U about as many steps as V has in the range that activations use.
constexpr int wide_limit = 8191;
// Of V in s8 components, and without VNNI, where vpmaddubsw adds two products in 16 bits: 2 * 127 * 127 fits.
constexpr int narrow_limit = 255, narrow_limit_without_dot_product = 127;
static_assert(most_quantized_products * narrow_limit * 127 <= most_displacement);
// What is left for sum |U| behind rounding, see channel_quantizer.
static_assert(most_displacement / wide_limit - most_quantized_products / 2 - 1 > 0);

inline component_set all_components(const bilinear_algorithm &t) {
    return component_set::first(t.components());
}

} // namespace winodnn
