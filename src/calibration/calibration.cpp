#include "calibration/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winodnn {

double tile_calibration::snr(const component_set &wide, int limit) const {
    double noise = 0;
    for (std::size_t c = 0; c < components.size(); ++c)
        noise += wide.contains(static_cast<int>(c)) ? components[c].noise_in_16_bits
                                                    : components[c].noise(limit);
    constexpr double least_noise = 1e-12; // 120 dB, more than f32 has
    return -10 * std::log10(std::max(noise, least_noise));
}

std::optional<component_set> tile_calibration::wide_for(double target_snr, int limit) const {
    const auto won = [&](int c) {
        const component_calibration &component = components[static_cast<std::size_t>(c)];
        return component.noise(limit) - component.noise_in_16_bits;
    };
    std::vector<int> noisiest_first(components.size());
    std::iota(noisiest_first.begin(), noisiest_first.end(), 0);
    std::stable_sort(
            noisiest_first.begin(), noisiest_first.end(), [&](int a, int b) { return won(a) > won(b); });
    component_set wide;
    auto next = noisiest_first.begin();
    while (snr(wide, limit) < target_snr) {
        if (next == noisiest_first.end()) return {};
        wide.insert(*next++);
    }
    return wide;
}

bool layer_key::describes(const problem &p) const {
    return ic == p.group_ic() && oc == p.group_oc() && groups == p.groups && kh == p.kh && kw == p.kw
           && dilation_h == p.dilation_h && dilation_w == p.dilation_w && src == p.src
           && zero_points.empty() != p.src_zero_point;
}

bool layer_key::fits(const weights_layout &layout) const {
    const tile &t = layout.shape();
    return ic == layout.ic && oc == layout.oc && groups == layout.groups && kh == t.taps.rows
           && kw == t.taps.cols && source_range(src, !zero_points.empty()) == layout.source;
}

layer_key key_of(const problem &p, std::uint64_t identity, zero_point_list zero_points) {
    return {identity, p.group_ic(), p.group_oc(), p.groups, p.kh, p.kw, p.dilation_h, p.dilation_w, p.src,
            std::move(zero_points)};
}

namespace {

dim zero_point_count(const problem &p) {
    if (!p.src_zero_point) return 0;
    return p.src_zero_point_per_ic ? p.ic : 1;
}

} // namespace

bool are_zero_points(const zero_point_list &list, const problem &p, const typed_values &values) {
    const dim count = zero_point_count(p), listed = static_cast<dim>(list.size());
    if (listed != std::min<dim>(count, 1) && listed != count) return false;
    for (dim ic = 0; ic < count; ++ic)
        if (values[ic] != static_cast<float>(list[static_cast<std::size_t>(listed == 1 ? 0 : ic)]))
            return false;
    return true;
}

std::optional<zero_point_list> zero_points_of(const problem &p, const typed_values &values) {
    const value_range type = source_range(p.src, false);
    zero_point_list list;
    for (dim ic = 0; ic < zero_point_count(p); ++ic) {
        const float value = values[ic];
        if (value < static_cast<float>(type.lo) || value > static_cast<float>(type.hi)) return {};
        list.push_back(static_cast<std::int32_t>(value));
    }
    const bool all_equal = std::ranges::adjacent_find(list, std::ranges::not_equal_to {}) == list.end();
    return list.empty() || !all_equal ? list : zero_point_list {list.front()};
}

const tile_calibration *layer_calibration::find(const observed_tile &tile) const {
    const auto found = std::ranges::find(tiles, tile, &tile_calibration::tile);
    return found == tiles.end() ? nullptr : &*found;
}

const layer_calibration *calibration::find(const layer_key &key) const {
    const auto found = std::ranges::find_if(layers,
            [&](const layer_calibration &layer) { return static_cast<const layer_key &>(layer) == key; });
    return found == layers.end() ? nullptr : &*found;
}

std::vector<const layer_calibration *> calibration::find(
        std::uint64_t identity, const weights_layout &layout) const {
    std::vector<const layer_calibration *> found;
    for (const layer_calibration &layer : layers)
        if (layer.identity == identity && layer.fits(layout)) found.push_back(&layer);
    return found;
}

class_quantizer quantizer_for(
        const tile_calibration &c, const component_set &wide, value_range source, int limit) {
    const bilinear_algorithm &t = algorithm_of(c.tile);
    std::vector<component_bounds> bounds = bounds_of(t, source);
    for (std::size_t component = 0; component < bounds.size(); ++component)
        bounds[component].range = c.components[component].range;
    return quantizer_for(bounds, wide, limit);
}

class_quantizers quantizers_for(const layer_calibration &layer, const tile &whole, const class_pieces &pieces,
        const component_set &wide, value_range source, int limit) {
    class_quantizers result;
    auto bounds = bounds_for(whole, pieces, source);
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr) continue;
        const tile_piece &piece = *pieces[k];
        const tile_calibration &known = *layer.find(piece.observed);
        for (std::size_t c = 0; c < piece.components_of_whole.size(); ++c)
            bounds[k][static_cast<std::size_t>(piece.components_of_whole[c])].range =
                    known.components[static_cast<std::size_t>(piece.components_of_observed[c])].range;
        result[k] = quantizer_for(bounds[k], wide, limit);
    }
    return result;
}

bool has_ranges_for(const layer_calibration &layer, const class_pieces &pieces) {
    return std::ranges::all_of(
            pieces, [&](const tile_piece *p) { return p == nullptr || layer.find(p->observed) != nullptr; });
}

} // namespace winodnn
