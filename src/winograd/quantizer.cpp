#include "winograd/quantizer.hpp"

#include "winograd/ranges.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn {

namespace {

std::int16_t rounded_s16(double x) {
    return static_cast<std::int16_t>(std::min(32767., std::round(x)));
}

component_quantizer wide_quantizer(double largest) {
    component_quantizer q;
    // Rounded down, so that no value exceeds the limit.
    const auto multiplier =
            static_cast<std::int16_t>(std::min(32767., std::floor(32768 * wide_limit / largest)));
    q.multipliers.fill(multiplier);
    q.step = multiplier == 32767 ? 1.f : 32768.f / static_cast<float>(multiplier);
    return q;
}

// Level 0's ranges: as large against each other as they are said to be, and none smaller than what v can be.
// Ratios have a limit, so that the coarsest component has room for the shift that the finest one needs: its
// magnitude in a tile is at most 2^shift * ratio * 255 / 2^(shift - 1).
std::vector<double> widest_ranges(std::span<const component_bounds> components, const component_set &wide) {
    constexpr double most_ratio = 60;
    static_assert(2 * narrow_limit * most_ratio < 32768);
    const auto is_narrow = [&](std::size_t c) {
        return components[c].largest > 0 && !wide.contains(static_cast<int>(c));
    };
    std::vector<double> ranges(components.size());
    double most = 0, most_widening = 0;
    for (std::size_t c = 0; c < components.size(); ++c)
        if (is_narrow(c)) most = std::max(most, components[c].range);
    for (std::size_t c = 0; c < components.size(); ++c) {
        if (!is_narrow(c)) continue;
        ranges[c] = most > 0 ? std::max(components[c].range, most / most_ratio) : 1;
        most_widening = std::max(most_widening, components[c].largest / ranges[c]);
    }
    for (double &range : ranges) range *= most_widening;
    return ranges;
}

} // namespace

float gain_of(int level) {
    return std::ldexp(level % 2 == 0 ? 1.f : 4.f / 3, level / 2);
}

// With one unit more, which is more than rounding took away: nothing saturates.
int class_quantizer::level_of(int filled) const {
    int exponent = 0;
    const float mantissa = std::frexp(static_cast<float>(filled + 1), &exponent); // 0.5 .. 1
    const int half_octaves = 2 * (exponent - 1) + (mantissa >= 0.75f ? 1 : 0);
    return std::clamp(2 * unit_bits - 1 - half_octaves, 0, levels - 1);
}

int class_quantizer::quantized(std::size_t component, int v, int level) const {
    const auto at = static_cast<std::size_t>(level);
    const component_quantizer &q = components[component];
    return scaled(v * (1 << shifts[at]), q.multipliers[at]) + q.zero_point;
}

class_quantizer quantizer_for(
        std::span<const component_bounds> components, const component_set &wide, int limit) {
    class_quantizer made;
    const std::vector<double> ranges = widest_ranges(components, wide);
    double finest = 0, coarsest = 0, smallest = 0;
    for (std::size_t c = 0; c < components.size(); ++c) {
        component_quantizer &q = made.components.emplace_back();
        if (wide.contains(static_cast<int>(c))) {
            if (components[c].largest > 0) q = wide_quantizer(components[c].largest);
            continue;
        }
        const int steps = components[c].is_one_sided ? limit : limit / 2;
        q.zero_point = static_cast<std::int16_t>(limit - steps);
        if (ranges[c] == 0) continue;
        q.step = static_cast<float>(ranges[c] / steps);
        finest = finest == 0 ? q.step : std::min<double>(finest, q.step);
        smallest = smallest == 0 ? ranges[c] : std::min(smallest, ranges[c]);
        coarsest = std::max<double>(coarsest, q.step);
    }
    if (finest == 0) return made;
    while (made.levels < most_levels && gain_of(made.levels - 1) < coarsest) ++made.levels;
    for (int level = 0; level < made.levels; ++level)
        made.shifts[static_cast<std::size_t>(level)] =
                std::max(0, static_cast<int>(std::ceil(std::log2(gain_of(level) / finest))));
    made.unit_bits = static_cast<int>(std::floor(std::log2(smallest)));
    for (std::size_t c = 0; c < components.size(); ++c) {
        if (ranges[c] == 0) continue;
        component_quantizer &q = made.components[c];
        q.share = rounded_s16(std::ldexp(32768 / ranges[c], made.unit_bits));
        for (std::size_t level = 0; level < static_cast<std::size_t>(made.levels); ++level)
            // Values that are shifted fit 16 bits, so that this is at least the number of steps in a range:
            // rounding it moves none by more than half a step.
            q.multipliers[level] = rounded_s16(
                    std::ldexp(32768. * gain_of(static_cast<int>(level)) / q.step, -made.shifts[level]));
    }
    return made;
}

std::vector<component_bounds> bounds_of(const bilinear_algorithm &t, value_range source) {
    std::vector<component_bounds> bounds(static_cast<std::size_t>(t.components()), {0, 0, true});
    for (int plane = 0; plane < t.v_planes(); ++plane) {
        component_bounds &b = bounds[static_cast<std::size_t>(t.component_of_v(plane))];
        const value_range r = input_range(t, plane, source);
        b.largest = std::max({b.largest, static_cast<double>(r.hi), -static_cast<double>(r.lo)});
        b.is_one_sided = b.is_one_sided && r.lo >= 0;
    }
    return bounds;
}

std::array<std::vector<component_bounds>, tile_classes> bounds_for(
        const tile &whole, const class_pieces &pieces, value_range source) {
    const auto count = static_cast<std::size_t>(whole.components());
    std::array<std::vector<component_bounds>, tile_classes> bounds;
    std::vector<bool> is_one_sided(count, true);
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr) continue;
        bounds[k].resize(count);
        const std::vector<component_bounds> of_piece = bounds_of(*pieces[k], source);
        for (std::size_t c = 0; c < of_piece.size(); ++c) {
            const auto of_whole = static_cast<std::size_t>(pieces[k]->components_of_whole[c]);
            bounds[k][of_whole] = of_piece[c];
            if (!of_piece[c].is_one_sided) is_one_sided[of_whole] = false;
        }
    }
    for (std::vector<component_bounds> &of_class : bounds)
        for (std::size_t c = 0; c < of_class.size(); ++c) of_class[c].is_one_sided = is_one_sided[c];
    return bounds;
}

} // namespace winodnn
