// Which tile calibrated layers of one shape get. Pure functions, as dispatch.hpp.
#pragma once

#include "calibration/calibration.hpp"
#include "dispatch/dispatch.hpp"

#include <span>

namespace winodnn {

// What the layer's products are computed in with this tile: quantized, with as many components in 16 bits as
// the signal-to-noise ratio takes (the layer's own target, if it has one), or exactly if nothing is known of
// the tile, or all components in 16 bits are not enough. `limit`: see component_calibration::range.
number_system numbers_for(const layer_calibration &layer, tile_id tile, double target_snr, int limit);

// The same for weights that several convolutions share, each with a source of its own: what keeps the target
// of all of them. Exact for none.
number_system numbers_for(
        std::span<const layer_calibration *const> same_weights, tile_id tile, double target_snr, int limit);

// When a convolution is created its weights are not known: any of the layers that are like it can be the one,
// and the tile is that of the least cycles for all of them together. The plan's blocks are for the widest of
// them. Whether and which tile does not depend on the number of threads, because results do on the tile.
// Nothing if there are none, or if exact plans or direct convolution are predicted to be as fast.
std::optional<plan> choose_calibrated_plan(const problem &p, const machine &m,
        std::span<const layer_calibration *const> layers, double target_snr,
        std::optional<tile_id> only = {});

// The plan of one of the layers, with the same blocks. Smaller pieces at the image's edges need ranges in the
// calibration.
plan plan_of(const layer_calibration &layer, const problem &p, plan base, const number_system &numbers);
// The plan of weights that are none of them.
plan exact_plan(plan base);

} // namespace winodnn
