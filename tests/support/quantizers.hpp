// Quantizers for any plan, without a calibration.
#pragma once

#include "plan/plan.hpp"
#include "winograd/quantizer.hpp"

namespace winodnn::testing {

// Components are as large against each other as their transforms' ranges, but every second one by this much
// less.
inline class_quantizers quantizers_of(const problem &p, const plan &chosen, double ratio = 1) {
    const tile &whole = tile_of(chosen.tile);
    const class_pieces pieces = pieces_of(p, whole, chosen.mixed);
    auto bounds = bounds_for(whole, pieces, source_range(p));
    class_quantizers result;
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr) continue;
        for (std::size_t c = 0; c < bounds[k].size(); ++c)
            bounds[k][c].range = bounds[k][c].largest / (c % 2 == 0 ? 1 : ratio);
        result[k] = quantizer_for(bounds[k], chosen.numbers.wide, narrow_limit_of(chosen.isa));
    }
    return result;
}

} // namespace winodnn::testing
