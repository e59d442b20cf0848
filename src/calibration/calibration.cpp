#include "calibration/calibration.hpp"

#include "winograd/ranges.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace winodnn {

double tile_calibration::snr(component_set wide, int limit) const {
    double noise = 0;
    for (std::size_t c = 0; c < components.size(); ++c)
        noise += (wide >> c & 1) != 0 ? components[c].noise_in_16_bits : components[c].range(limit).noise;
    constexpr double least_noise = 1e-12; // 120 dB, more than f32 has
    return -10 * std::log10(std::max(noise, least_noise));
}

std::optional<component_set> tile_calibration::wide_for(double target_snr, int limit) const {
    const auto won = [&](int c) {
        const component_calibration &of = components[static_cast<std::size_t>(c)];
        return of.range(limit).noise - of.noise_in_16_bits;
    };
    std::vector<int> noisiest_first(components.size());
    std::iota(noisiest_first.begin(), noisiest_first.end(), 0);
    std::stable_sort(
            noisiest_first.begin(), noisiest_first.end(), [&](int a, int b) { return won(a) > won(b); });
    component_set wide = 0;
    auto next = noisiest_first.begin();
    while (snr(wide, limit) < target_snr) {
        if (next == noisiest_first.end()) return {};
        wide |= component_set {1} << *next++;
    }
    return wide;
}

bool layer_calibration::describes(const problem &p) const {
    return ic == p.group_ic() && oc == p.group_oc() && groups == p.groups && kh == p.kh && kw == p.kw
           && src == p.src && src_zero_point == p.src_zero_point;
}

const tile_calibration *layer_calibration::of(tile_id tile) const {
    const auto found = std::ranges::find(tiles, tile, &tile_calibration::tile);
    return found == tiles.end() ? nullptr : &*found;
}

const layer_calibration *calibration::of(std::uint64_t identity) const {
    const auto found = std::ranges::find(layers, identity, &layer_calibration::identity);
    return found == layers.end() ? nullptr : &*found;
}

layer_calibration describe(const problem &p, std::uint64_t identity) {
    layer_calibration l;
    l.identity = identity;
    l.ic = p.group_ic();
    l.oc = p.group_oc();
    l.groups = p.groups;
    l.kh = p.kh;
    l.kw = p.kw;
    l.src = p.src;
    l.src_zero_point = p.src_zero_point;
    return l;
}

component_quantizer narrow_quantizer(const component_range &range, int limit) {
    component_quantizer q;
    const double step = std::max(1.0, (range.high - range.low) / limit);
    q.multiplier = static_cast<std::int16_t>(std::min(32767.0, std::round(32768 / step)));
    q.multiplier = std::max<std::int16_t>(q.multiplier, 1);
    q.zero_point = static_cast<std::int16_t>(
            std::clamp<double>(std::round(-range.low / static_cast<double>(q.step())), 0, limit));
    return q;
}

component_quantizer wide_quantizer(const tile &t, int component, value_range source) {
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
        const tile_calibration &c, component_set wide, value_range source, int limit) {
    const tile &t = tile_of(c.tile);
    std::vector<component_quantizer> result;
    for (int component = 0; component < t.components(); ++component)
        result.push_back(
                (wide >> component & 1) != 0
                        ? wide_quantizer(t, component, source)
                        : narrow_quantizer(
                                c.components[static_cast<std::size_t>(component)].range(limit), limit));
    return result;
}

} // namespace winodnn
