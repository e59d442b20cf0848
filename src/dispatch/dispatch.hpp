// Which plan a convolution gets, or why it is declined. Pure functions: no oneDNN, no environment.
#pragma once

#include "machine/machine.hpp"
#include "plan/plan.hpp"

#include <optional>

namespace winodnn {

// A prediction closer than this to direct convolution's is not worth the risk of being wrong.
constexpr double least_gain = 1.05;

// The fastest plan that is exact and whose weights are within what the user allows, if it is predicted to
// beat direct convolution.
expected<plan> choose_plan(const problem &p, const machine &m);
// Whether the tile is one of the problem's kernel, and exact for its source.
bool serves(tile_id tile, const problem &p);
// The same for quantized sums: V fits 16 bits, sums 32.
bool serves_quantized(tile_id tile, const problem &p);
// Whether packed weights stay within what the user allows. Weights that are packed already are not asked.
bool is_within_growth(tile_id tile, const problem &p, const machine &m, bool calibrated = false);
// The best plan with this tile, whether or not it beats direct convolution: for weights that are already
// packed, exactly or in a layout for calibrated ones.
plan plan_with_tile(const problem &p, const machine &m, tile_id tile, bool calibrated = false,
        const number_system &numbers = exact);
// The same with the components in 8 bits that are exact there by the promise of the source, if weights are as
// expected; nothing if there are none.
std::optional<plan> promised_plan_with_tile(const problem &p, const machine &m, tile_id tile);
// The best plan of all, whether or not it beats direct convolution: for users who ask for Winograd by name.
expected<plan> fastest_plan(const problem &p, const machine &m);

} // namespace winodnn
