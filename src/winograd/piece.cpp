#include "winograd/piece.hpp"

#include "problem/rounding.hpp"
#include "winograd/program.hpp"

#include <algorithm>
#include <numeric>

namespace winodnn {

namespace {

piece make_piece(const transform &whole, int outputs) {
    piece p;
    if (outputs == whole.outputs())
        p.how = whole;
    else
        p.how = whole.direct ? make_direct(outputs, whole.taps()) : make_smaller(whole, outputs);
    p.v.resize(static_cast<std::size_t>(p.how.inputs()));
    std::iota(p.v.begin(), p.v.end(), 0);
    if (!whole.direct) p.v.back() = whole.inputs() - 1; // infinity is always the last one
    p.m = p.v;
    if (whole.direct) p.m.resize(static_cast<std::size_t>(outputs));
    p.input_instructions = static_cast<int>(compile(p.how.input).code.size());
    p.output_instructions = static_cast<int>(compile(p.how.output).code.size());
    return p;
}

// Products along the dimension, and next to nothing for each tile: of covers that multiply the same, the one
// with fewer tiles.
double cost_of(const cover &c) {
    const auto cost = [](const piece *p, dim count) {
        return p == nullptr ? 0 : static_cast<double>(count) * (static_cast<double>(p->m.size()) + 0.01);
    };
    return cost(c.large, c.large_count) + cost(c.small, c.small_count);
}

} // namespace

bool piece::has_m(int plane) const {
    return std::ranges::find(m, plane) != m.end();
}

std::vector<piece> make_pieces(const transform &whole) {
    std::vector<piece> pieces;
    for (int outputs = whole.direct ? 1 : std::min(2, whole.outputs()); outputs <= whole.outputs(); ++outputs)
        pieces.push_back(make_piece(whole, outputs));
    return pieces;
}

dim cover::first_output(dim tile) const {
    if (!is_small(tile)) return tile * large->outputs();
    return large_count * large->outputs() + (tile - large_count) * small->outputs();
}

cover cover_of(const std::vector<piece> &pieces, dim outputs, bool whole_only) {
    const dim whole = pieces.back().outputs();
    cover best {&pieces.back(), nullptr, ceil_div(outputs, whole), 0};
    if (whole_only) return best;
    for (const piece &large : pieces) {
        const cover alone {&large, nullptr, ceil_div(outputs, dim {large.outputs()}), 0};
        if (cost_of(alone) < cost_of(best)) best = alone;
        for (const piece &small : pieces) {
            if (small.outputs() >= large.outputs()) break;
            // More small ones than that could be large ones instead.
            for (dim count = 1; count <= large.outputs(); ++count) {
                const dim rest = outputs - count * small.outputs();
                if (rest <= 0) break;
                const cover both {&large, &small, ceil_div(rest, dim {large.outputs()}), count};
                if (cost_of(both) < cost_of(best)) best = both;
            }
        }
    }
    return best;
}

} // namespace winodnn
