#include "calibration/calibration.hpp"

#include "winograd/ranges.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winodnn {

double tile_calibration::snr(const component_set &wide, int limit) const {
    double noise = 0;
    for (std::size_t c = 0; c < components.size(); ++c)
        noise += wide.contains(static_cast<int>(c)) ? components[c].noise_in_16_bits
                                                    : components[c].range(limit).noise;
    constexpr double least_noise = 1e-12; // 120 dB, more than f32 has
    return -10 * std::log10(std::max(noise, least_noise));
}

std::optional<component_set> tile_calibration::wide_for(double target_snr, int limit) const {
    const auto won = [&](int c) {
        const component_calibration &component = components[static_cast<std::size_t>(c)];
        return component.range(limit).noise - component.noise_in_16_bits;
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

namespace {

component_range mirrored(const component_range &r) {
    return {-r.high, -r.low, r.noise};
}

// The finest steps in which 0 .. limit covers the range with this zero point.
double step_with(const component_range &r, int zero_point, int limit) {
    double step = 1;
    if (r.high > 0) step = std::max(step, r.high / std::max(limit - zero_point, 1));
    if (r.low < 0) step = std::max(step, -r.low / std::max(zero_point, 1));
    return step;
}

} // namespace

component_quantizer narrow_quantizer(const component_range &range, int limit) {
    component_quantizer q;
    const double step = std::max(1.0, (range.high - range.low) / limit);
    q.multiplier = static_cast<std::int16_t>(std::min(32767.0, std::round(32768 / step)));
    q.multiplier = std::max<std::int16_t>(q.multiplier, 1);
    q.zero_point = static_cast<std::int16_t>(
            std::clamp<double>(std::round(-range.low / static_cast<double>(q.step())), 0, limit));
    return q;
}

component_quantizer narrow_quantizer(const component_range &range, int zero_point, int limit) {
    component_quantizer q = narrow_quantizer(range, limit);
    if (q.zero_point == zero_point) return q;
    const double step = step_with(range, zero_point, limit),
                 turned = step_with(mirrored(range), zero_point, limit);
    const double multiplier = std::clamp(std::floor(32768 / std::min(step, turned)), 1.0, 32767.0);
    q.multiplier = static_cast<std::int16_t>(turned < step ? -multiplier : multiplier);
    q.zero_point = static_cast<std::int16_t>(zero_point);
    return q;
}

component_quantizer wide_quantizer(const bilinear_algorithm &t, int component, value_range source) {
    std::int64_t largest = 0;
    for (int plane = 0; plane < t.v_planes(); ++plane)
        if (t.component_of_v(plane) == component) {
            const value_range r = input_range(t, plane, source);
            largest = std::max<std::int64_t>({largest, r.hi, -r.lo});
        }
    component_quantizer q;
    // Rounded down, so that no value exceeds the limit.
    q.multiplier = static_cast<std::int16_t>(std::min<std::int64_t>(32767, (wide_limit << 15) / largest));
    return q;
}

std::vector<component_quantizer> quantizers_for(
        const tile_calibration &c, const component_set &wide, value_range source, int limit) {
    const bilinear_algorithm &t = algorithm_of(c.tile);
    std::vector<component_quantizer> result;
    for (int component = 0; component < t.components(); ++component)
        result.push_back(
                wide.contains(component)
                        ? wide_quantizer(t, component, source)
                        : narrow_quantizer(
                                c.components[static_cast<std::size_t>(component)].range(limit), limit));
    return result;
}

namespace {

// A piece's ranges in the numbers of the whole tile.
std::vector<component_range> ranges_of(
        const layer_calibration &layer, const tile &whole, const tile_piece &piece, int limit) {
    const tile_calibration &known = *layer.find(piece.observed);
    std::vector<component_range> ranges(static_cast<std::size_t>(whole.components()));
    for (std::size_t c = 0; c < piece.components_of_whole.size(); ++c) {
        const tile_piece::signed_component same = piece.components_of_observed[c];
        const component_range &r = known.components[static_cast<std::size_t>(same.component)].range(limit);
        ranges[static_cast<std::size_t>(piece.components_of_whole[c])] = same.negative ? mirrored(r) : r;
    }
    return ranges;
}

// One zero point for all: that of one of them with which the one that loses most loses least.
int common_zero_point(const std::vector<component_range> &ranges, int limit) {
    int best = 0;
    double least = 0;
    for (const component_range &candidate : ranges) {
        const int zero_point = narrow_quantizer(candidate, limit).zero_point;
        double loss = 0;
        for (const component_range &r : ranges)
            loss = std::max(
                    loss, std::min(step_with(r, zero_point, limit), step_with(mirrored(r), zero_point, limit))
                                  / std::max(1.0, (r.high - r.low) / limit));
        if (least != 0 && loss >= least) continue;
        least = loss;
        best = zero_point;
    }
    return best;
}

} // namespace

class_quantizers quantizers_for(const layer_calibration &layer, const tile &whole, const class_pieces &pieces,
        const component_set &wide, value_range source, int limit) {
    class_quantizers result;
    std::array<std::vector<component_range>, tile_classes> ranges;
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr) continue;
        ranges[k] = ranges_of(layer, whole, *pieces[k], limit);
        result[k].resize(static_cast<std::size_t>(whole.components()));
        for (int c = 0; c < pieces[k]->components(); ++c)
            result[k][static_cast<std::size_t>(pieces[k]->components_of_whole[static_cast<std::size_t>(c)])] =
                    wide_quantizer(*pieces[k], c, source);
    }
    for (int c = 0; c < whole.components(); ++c) {
        if (wide.contains(c)) continue;
        std::vector<component_range> of_component;
        for (const std::vector<component_range> &of_class : ranges)
            if (!of_class.empty()) of_component.push_back(of_class[static_cast<std::size_t>(c)]);
        const int zero_point = common_zero_point(of_component, limit);
        for (int k = 0; k < tile_classes; ++k)
            if (!ranges[k].empty())
                result[k][static_cast<std::size_t>(c)] =
                        narrow_quantizer(ranges[k][static_cast<std::size_t>(c)], zero_point, limit);
    }
    return result;
}

bool has_ranges_for(const layer_calibration &layer, const class_pieces &pieces) {
    return std::ranges::all_of(
            pieces, [&](const tile_piece *p) { return p == nullptr || layer.find(p->observed) != nullptr; });
}

} // namespace winodnn
