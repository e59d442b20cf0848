#include "weights/weights_layout.hpp"

#include "jit/multiply/register_tile.hpp"
#include "problem/rounding.hpp"

namespace winodnn {

namespace {

// A dense 3x3 tensor has strides (9 ic, 9, 3, 1), a view of a wider one (.., 15, 5, 1) only with a first
// stride of 15 ic; ours is at least 16 ic, so these three mark a packed block, together with a first stride
// that has to be the very one that the layout computes.
constexpr dim mark_ic = 15, mark_kh = 5, mark_kw = 1;

// The first stride is a multiple of `granularity` plus the layout's code.
constexpr dim granularity = 64;

constexpr std::array<value_range, 3> sources {{{0, 255}, {-128, 127}, {-255, 255}}};

// 1 .. 63; the mixed radix of everything in a layout that the dims do not say.
dim code_of(const weights_layout &l) {
    dim source = 0;
    while (sources[source] != l.source) ++source;
    const dim lanes = l.oc_lanes == 16;
    return 1 + (static_cast<dim>(l.tile) * 3 + source) * 2 + lanes;
}

} // namespace

int weights_layout::components() const {
    return tile_of(tile).components();
}

dim weights_layout::padded_ic() const {
    return round_up(ic, dim {jit::multiply_step});
}

dim weights_layout::padded_oc() const {
    return round_up(oc, dim {oc_lanes});
}

dim weights_layout::oc_block() const {
    // V is read once for each block: with many channels it does not stay in L2 between two, next to the
    // weights.
    return 64;
}

dim weights_layout::oc_slice() const {
    return dim {oc_lanes} * jit::most_vectors(oc_lanes);
}

std::size_t weights_layout::part_capacity() const {
    return static_cast<std::size_t>(padded_ic() / jit::multiply_step);
}

std::size_t weights_layout::header_bytes() const {
    return static_cast<std::size_t>(round_up(64 + 4 * static_cast<dim>(part_capacity()), dim {64}));
}

std::size_t weights_layout::payload_bytes() const {
    return static_cast<std::size_t>(round_up(components() * padded_ic() * padded_oc() * 2, dim {64}));
}

std::size_t weights_layout::bytes() const {
    return header_bytes() + payload_bytes();
}

std::array<dim, 4> strides_of(const weights_layout &layout) {
    const dim bytes = static_cast<dim>(layout.bytes());
    const dim per_oc = round_up(ceil_div(bytes, layout.oc), granularity) + code_of(layout);
    return {per_oc, mark_ic, mark_kh, mark_kw};
}

std::optional<weights_layout> layout_of(const std::array<dim, 4> &dims, const std::array<dim, 4> &strides) {
    if (dims[0] < 1 || dims[1] < 1 || dims[2] != 3 || dims[3] != 3) return {};
    if (strides[1] != mark_ic || strides[2] != mark_kh || strides[3] != mark_kw) return {};
    for (const tile_id tile : all_tiles())
        for (const int lanes : {8, 16})
            for (const value_range source : sources) {
                const weights_layout candidate {tile, lanes, source, dims[1], dims[0]};
                if (strides_of(candidate)[0] == strides[0]) return candidate;
            }
    return {};
}

} // namespace winodnn
