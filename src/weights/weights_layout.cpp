#include "weights/weights_layout.hpp"

#include "isa/register_tile.hpp"
#include "problem/limits.hpp"
#include "problem/rounding.hpp"

#include <algorithm>
#include <iterator>

namespace winodnn {

namespace {

// A dense 3x3 tensor has strides (9 ic, 9, 3, 1), a view of a wider one (.., 15, 5, 1) only with a first
// stride of 15 ic; ours is larger, so packed_marks mark a packed block, together with a first stride that has
// to be the very one that the layout computes. oneDNN takes no strides that overlap: 5x5 needs wider ones.
packed_inner_strides marks_of(const grid_size &taps, int source_bits) {
    return packed_marks(std::max(taps.rows, taps.cols) > 3, source_bits);
}

// The first stride leaves the layout's code for a remainder by `granularity`.
constexpr dim granularity = 512;

constexpr std::array<value_range, 3> sources {{{0, 255}, {-128, 127}, {-255, 255}}};

constexpr std::array<int, 3> limits {0, narrow_limit, narrow_limit_without_dot_product};

// The tile's number among those of its kernel, which the dims tell.
dim number_of(const tile &t) {
    return std::ranges::count_if(all_tiles(),
            [&](tile_id other) { return tile_of(other).taps == t.taps && &tile_of(other) < &t; });
}

const tile_id *tile_with_number(dim number, const grid_size &taps) {
    for (const tile_id &t : all_tiles())
        if (tile_of(t).taps == taps && number-- == 0) return &t;
    return nullptr;
}

// 1 .. granularity - 1; the mixed radix of everything in a layout that the dims do not say.
dim code_of(const weights_layout &l) {
    dim source = 0;
    while (sources[source] != l.source) ++source;
    const dim lanes = l.oc_lanes == 16;
    dim limit = 0;
    while (limits[limit] != l.byte_limit) ++limit;
    return 1 + ((number_of(l.shape()) * 3 + source) * 2 + lanes) * 3 + limit;
}
static_assert(most_tiles_of_kernel * sources.size() * 2 * limits.size() < granularity);

// What code_of() encodes, without the dims; nothing if no layout of this kernel has this code.
std::optional<weights_layout> layout_with_code(dim code, const grid_size &taps) {
    if (code < 1) return {};
    const tile_id *tile = tile_with_number((code - 1) / (3 * 2 * 3), taps);
    if (tile == nullptr) return {};
    weights_layout l;
    l.tile = *tile;
    l.byte_limit = limits[(code - 1) % 3];
    l.oc_lanes = (code - 1) / 3 % 2 != 0 ? 16 : 8;
    l.source = sources[(code - 1) / 6 % 3];
    return l;
}

// Far more than memory holds, and few enough that no size of a layout overflows.
constexpr double most_weights = 0x1p44;

} // namespace

dim weights_layout::padded_ic() const {
    return round_up(ic, dim {ic_per_step(byte_limit != 0 ? 1 : 2)});
}

dim weights_layout::padded_oc() const {
    return round_up(oc, dim {oc_lanes});
}

dim weights_layout::oc_block() const {
    // V is read once for each block: with many channels it does not stay in L2 between two, next to the
    // weights.
    constexpr dim block = 64;
    static_assert(
            block % (register_tile_for(8).oc_width()) == 0 && block % (register_tile_for(16).oc_width()) == 0,
            "blocks hold whole slices");
    return block;
}

dim weights_layout::oc_slice() const {
    return register_tile_for(oc_lanes).oc_width();
}

dim weights_layout::part_step() const {
    return ic_per_step(2);
}

std::size_t weights_layout::part_capacity() const {
    return static_cast<std::size_t>(padded_ic() / part_step());
}

std::size_t weights_layout::header_bytes() const {
    return static_cast<std::size_t>(round_up(static_cast<dim>(ends_offset + 4 * part_capacity()), dim {64}));
}

std::size_t weights_layout::payload_bytes() const {
    // Quantized weights with all components wide take most.
    if (calibrated()) return used_bytes({true, all_components(shape())});
    const std::size_t sums = promised() ? static_cast<std::size_t>(bytes_of_sums()) : 0;
    return used_bytes(exact) + round_up(sums, std::size_t {64});
}

std::size_t weights_layout::used_bytes(const number_system &numbers) const {
    dim bytes = padded_oc() * channel_bytes(numbers);
    if (numbers.has_initial_sums()) bytes = sums_offset(numbers) + bytes_of_sums();
    if (numbers.quantized) bytes = plain_offset(numbers) + filters() * taps();
    return static_cast<std::size_t>(round_up(bytes, dim {64}));
}

dim weights_layout::component_bytes(const number_system &numbers, int component) const {
    return shape().terms() * padded_ic() * numbers.bytes(component);
}

dim weights_layout::channel_bytes_before(const number_system &numbers, int component) const {
    dim bytes = 0; // of one input channel and term
    for (int c = 0; c < component; ++c) bytes += numbers.bytes(c);
    return bytes * shape().terms() * padded_ic();
}

dim weights_layout::channel_bytes(const number_system &numbers) const {
    return channel_bytes_before(numbers, shape().components());
}

dim weights_layout::scales_offset(const number_system &numbers) const {
    return padded_oc() * channel_bytes(numbers);
}

dim weights_layout::bytes_of_sums() const {
    return shape().components() * padded_oc() * 4;
}

dim weights_layout::sums_offset(const number_system &numbers) const {
    return scales_offset(numbers) + (numbers.quantized ? bytes_of_sums() : 0); // scales take as much
}

dim weights_layout::plain_offset(const number_system &numbers) const {
    return sums_offset(numbers) + bytes_of_sums();
}

dim weights_layout::code() const {
    const dim own_bytes = static_cast<dim>(header_bytes() + payload_bytes());
    const dim least_per_ic = marks_of(shape().taps, source_bits)[0] + 1;
    const dim least = std::max(ceil_div(own_bytes, oc), least_per_ic * ic), remainder = code_of(*this);
    return remainder + round_up(std::max(least - remainder, dim {0}), granularity);
}

std::size_t weights_layout::group_stride() const {
    return static_cast<std::size_t>(round_up(oc * code(), dim {64}));
}

std::size_t weights_layout::bytes() const {
    return group_stride() * static_cast<std::size_t>(group_count() - 1) + header_bytes() + payload_bytes();
}

bool can_be_quantized(const weights_layout &layout) {
    return layout.calibrated() && layout.ic * layout.shape().terms() <= most_quantized_products;
}

std::vector<dim> dims_of(const weights_layout &layout) {
    std::vector<dim> dims {layout.oc, layout.ic, layout.shape().taps.rows, layout.shape().taps.cols};
    if (layout.groups != 0) dims.insert(dims.begin(), layout.groups);
    return dims;
}

std::vector<dim> strides_of(const weights_layout &layout) {
    std::vector<dim> strides {layout.code()};
    const packed_inner_strides marks = marks_of(layout.shape().taps, layout.source_bits);
    strides.insert(strides.end(), marks.begin(), marks.end());
    if (layout.groups != 0) strides.insert(strides.begin(), static_cast<dim>(layout.group_stride()));
    return strides;
}

double growth_of(const weights_layout &layout) {
    const auto bytes = static_cast<double>(dims_of(layout)[0] * strides_of(layout)[0]);
    return bytes / static_cast<double>(layout.group_count() * layout.filters() * layout.taps());
}

std::optional<weights_layout> layout_of(std::span<const dim> dims, std::span<const dim> strides) {
    const std::size_t first = dims.size() == 5 ? 1 : 0;
    if (dims.size() != first + 4 || strides.size() != dims.size()) return {};
    double weights = 1;
    for (const dim d : dims) {
        if (d < 1) return {};
        weights *= static_cast<double>(d);
    }
    if (weights > most_weights || std::max(dims[first + 2], dims[first + 3]) > most_taps_along) return {};
    const grid_size taps {static_cast<int>(dims[first + 2]), static_cast<int>(dims[first + 3])};
    int source_bits = 8;
    while (!std::ranges::equal(strides.subspan(first + 1), marks_of(taps, source_bits)))
        if (--source_bits == 0) return {};
    std::optional<weights_layout> layout = layout_with_code(strides[first] % granularity, taps);
    if (!layout || (source_bits < 8 && layout->byte_limit == 0)) return {};
    layout->source_bits = source_bits;
    layout->oc = dims[first];
    layout->ic = dims[first + 1];
    layout->groups = first == 1 ? dims[0] : 0;
    const bool fits = layout->code() == strides[first]
                      && (first == 0 || static_cast<dim>(layout->group_stride()) == strides[0]);
    return fits ? layout : std::nullopt;
}

} // namespace winodnn
