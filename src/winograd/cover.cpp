#include "winograd/cover.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

// Products along the dimension, and next to nothing for each tile: of covers that multiply the same, the one
// with fewer tiles.
double cost_of(const cover &c) {
    const auto cost = [](const piece *p, dim count) {
        return p == nullptr ? 0 : static_cast<double>(count) * (p->products + 0.01);
    };
    return cost(c.large, c.large_count) + cost(c.small, c.small_count);
}

} // namespace

dim cover::offset_in_phase(dim index) const {
    const dim of_large = std::min(index, large_count) * large->outputs;
    return index > large_count ? of_large + (index - large_count) * small->outputs : of_large;
}

// Those that have as many outputs as the first one; the others have one less.
dim cover::long_phases() const {
    return along.out - (along.outputs_of_phase(0) - 1) * along.dilation;
}

bool cover::short_phases_lack_a_tile() const {
    return offset_in_phase(large_count + small_count - 1) == along.outputs_of_phase(0) - 1;
}

dim cover::large_tiles() const {
    const bool lacking = short_phases_lack_a_tile() && small_count == 0;
    return large_count * along.phases() - (lacking ? along.phases() - long_phases() : 0);
}

dim cover::small_tiles() const {
    const bool lacking = short_phases_lack_a_tile() && small_count > 0;
    return small_count * along.phases() - (lacking ? along.phases() - long_phases() : 0);
}

cover::place cover::place_of(dim tile) const {
    const dim of_long = large_count + small_count, of_short = of_long - short_phases_lack_a_tile();
    const dim in_long = long_phases() * of_long;
    if (tile < in_long) return {tile / of_long, tile % of_long};
    return {long_phases() + (tile - in_long) / of_short, (tile - in_long) % of_short};
}

dim cover::first_output(dim tile) const {
    const place p = place_of(tile);
    return p.phase + offset_in_phase(p.index) * along.dilation;
}

int cover::outputs_inside(dim tile) const {
    const place p = place_of(tile);
    const dim left = along.outputs_of_phase(p.phase) - offset_in_phase(p.index);
    return static_cast<int>(std::min<dim>(left, at(tile).outputs));
}

extent cover::inputs_inside(dim tile) const {
    const dim first = first_input(tile), most = at(tile).inputs;
    // The first input that lies at this pixel or behind it.
    const auto position_of = [&](dim pixel) {
        return static_cast<int>(pixel <= first ? 0 : std::min(ceil_div(pixel - first, along.dilation), most));
    };
    return {position_of(0), position_of(along.in)};
}

cover cover_of(const std::vector<piece> &pieces, const axis &along, bool whole_only) {
    const dim whole = pieces.back().outputs;
    const dim outputs = along.outputs_of_phase(0);
    cover best {along, &pieces.back(), nullptr, ceil_div(outputs, whole), 0};
    if (whole_only) return best;
    for (const piece &large : pieces) {
        const cover alone {along, &large, nullptr, ceil_div(outputs, dim {large.outputs}), 0};
        if (cost_of(alone) < cost_of(best)) best = alone;
        for (const piece &small : pieces) {
            if (small.outputs >= large.outputs) break;
            if (!large.uses_all_of(small)) continue;
            // More small ones than that could be large ones instead.
            for (dim count = 1; count <= large.outputs; ++count) {
                const dim rest = outputs - count * small.outputs;
                if (rest <= 0) break;
                const cover both {along, &large, &small, ceil_div(rest, dim {large.outputs}), count};
                if (cost_of(both) < cost_of(best)) best = both;
            }
        }
    }
    return best;
}

} // namespace winodnn
