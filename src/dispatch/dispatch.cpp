#include "dispatch/dispatch.hpp"

#include "dispatch/candidates.hpp"
#include "dispatch/cost.hpp"
#include "dispatch/layouts.hpp"
#include "problem/decimal.hpp"
#include "winograd/ranges.hpp"

namespace winodnn {

namespace {

bool is_of_kernel(const tile &t, const problem &p) {
    return t.rows.taps() == p.kh && t.cols.taps() == p.kw;
}

} // namespace

bool serves(tile_id tile, const problem &p) {
    const winodnn::tile &t = tile_of(tile);
    return is_of_kernel(t, p) && fits_s16(t, source_range(p));
}

bool serves_quantized(tile_id tile, const problem &p) {
    const winodnn::tile &t = tile_of(tile);
    return is_of_kernel(t, p) && input_fits_s16(t, source_range(p))
           && p.group_ic() * t.terms() <= most_quantized_products;
}

plan plan_with_tile(
        const problem &p, const machine &m, tile_id tile, bool calibrated, const number_system &numbers) {
    plan base;
    base.calibrated = calibrated;
    base.numbers = numbers;
    base.tile = tile;
    base.isa = m.isa;
    base.threads = m.threads;
    return layouts(p, m, base).front().how;
}

plan fastest_plan(const problem &p, const machine &m) {
    return candidates(p, m).front().how;
}

decision choose_plan(const problem &p, const machine &m) {
    const prediction best = candidates(p, m).front();
    const double gain = direct_cycles(p, m) / best.cycles;
    if (gain >= least_gain) return {best.how, {}};
    const std::string units = m.amx_int8 ? " with the AMX units" : "";
    return {{}, "direct convolution" + units + " is faster: predicted speedup " + decimal(gain, 2)};
}

} // namespace winodnn
