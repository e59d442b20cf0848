#include "dispatch/calibrated_choice.hpp"

#include "dispatch/cost.hpp"

#include <algorithm>

namespace winodnn {

namespace {

// The exact one takes most.
bool is_wider(const number_system &a, const number_system &b) {
    if (a.quantized != b.quantized) return b.quantized;
    return a.wide.count() > b.wide.count();
}

struct candidate {
    tile_id tile;
    number_system widest;
    double cycles;
};

candidate with_tile(const problem &p, const machine &m, std::span<const layer_calibration *const> layers,
        double target_snr, tile_id tile) {
    number_system widest {true, {}};
    double cycles = 0;
    for (const layer_calibration *layer : layers) {
        const number_system numbers = numbers_for(*layer, tile, target_snr, narrow_limit_of(m.isa));
        if (is_wider(numbers, widest)) widest = numbers;
        cycles +=
                winograd_cycles(p, m, plan_of(*layer, p, plan_with_tile(p, m, tile, true, numbers), numbers));
    }
    return {tile, widest, cycles / static_cast<double>(layers.size())};
}

} // namespace

number_system numbers_for(const layer_calibration &layer, tile_id tile, double target_snr, int limit) {
    const tile_calibration *of_tile = layer.find(tile);
    if (of_tile == nullptr) return exact;
    const auto wide = of_tile->wide_for(layer.target_snr.value_or(target_snr), limit);
    return wide ? number_system {true, *wide} : exact;
}

number_system numbers_for(
        std::span<const layer_calibration *const> same_weights, tile_id tile, double target_snr, int limit) {
    number_system all {!same_weights.empty(), {}};
    for (const layer_calibration *layer : same_weights) {
        const number_system numbers = numbers_for(*layer, tile, target_snr, limit);
        if (!numbers.quantized) return exact;
        all.wide.insert(numbers.wide);
    }
    return all;
}

std::optional<plan> choose_calibrated_plan(const problem &p, const machine &m,
        std::span<const layer_calibration *const> layers, double target_snr, std::optional<tile_id> only) {
    if (layers.empty() || (m.amx_int8 && !only)) return {};
    // As for one thread: tiles round differently, and results may not depend on how many threads there are.
    machine alone = m;
    alone.threads = 1;
    std::optional<candidate> best;
    for (const tile_id tile : all_tiles()) {
        // Weights without calibration have to be exact in the same layout.
        if ((only && tile != *only) || !serves_quantized(tile, p) || !serves(tile, p)
                || !is_within_growth(tile, p, m, true))
            continue;
        const candidate c = with_tile(p, alone, layers, target_snr, tile);
        if (!best || c.cycles < best->cycles) best = c;
    }
    if (!best) return {};
    double others = direct_cycles(p, alone) / least_gain;
    if (const expected<plan> exact_one = fastest_plan(p, alone))
        others = std::min(others, winograd_cycles(p, alone, *exact_one));
    if (!only && best->cycles >= others) return {};
    return plan_with_tile(p, m, best->tile, true, best->widest);
}

plan plan_of(const layer_calibration &layer, const problem &p, plan base, const number_system &numbers) {
    base.numbers = numbers;
    base.mixed = !numbers.quantized || has_ranges_for(layer, pieces_of(p, tile_of(base.tile), true));
    return base;
}

plan exact_plan(plan base) {
    base.numbers = exact;
    // Where ranges are missing it is the calibration that forbids smaller pieces; otherwise it was a choice.
    if (base.calibrated) base.mixed = true;
    return base;
}

} // namespace winodnn
