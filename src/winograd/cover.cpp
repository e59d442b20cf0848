#include "winograd/cover.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

// Products along the dimension, and next to nothing for each tile: of covers that multiply the same, the one
// with fewer tiles.
double cost_of(const cover &c) {
    const auto cost = [](const piece *p, dim count) {
        return p == nullptr ? 0 : static_cast<double>(count) * (static_cast<double>(p->m.size()) + 0.01);
    };
    return cost(c.large, c.large_count) + cost(c.small, c.small_count);
}

} // namespace

dim cover::first_output(dim tile) const {
    if (!is_small(tile)) return tile * large->outputs();
    return large_count * large->outputs() + (tile - large_count) * small->outputs();
}

int cover::outputs_inside(dim tile) const {
    return static_cast<int>(std::min<dim>(along.out - first_output(tile), at(tile).outputs()));
}

extent cover::inputs_inside(dim tile) const {
    const dim first = first_input(tile);
    const auto position_of = [&](dim pixel) {
        return static_cast<int>(std::clamp<dim>(pixel - first, 0, at(tile).how.inputs()));
    };
    return {position_of(0), position_of(along.in)};
}

cover cover_of(const std::vector<piece> &pieces, const axis &along, bool whole_only) {
    const dim whole = pieces.back().outputs();
    const dim outputs = along.out;
    cover best {along, &pieces.back(), nullptr, ceil_div(outputs, whole), 0};
    if (whole_only) return best;
    for (const piece &large : pieces) {
        const cover alone {along, &large, nullptr, ceil_div(outputs, dim {large.outputs()}), 0};
        if (cost_of(alone) < cost_of(best)) best = alone;
        for (const piece &small : pieces) {
            if (small.outputs() >= large.outputs()) break;
            // More small ones than that could be large ones instead.
            for (dim count = 1; count <= large.outputs(); ++count) {
                const dim rest = outputs - count * small.outputs();
                if (rest <= 0) break;
                const cover both {along, &large, &small, ceil_div(rest, dim {large.outputs()}), count};
                if (cost_of(both) < cost_of(best)) best = both;
            }
        }
    }
    return best;
}

} // namespace winodnn
