#include "dispatch/dispatch.hpp"

#include "dispatch/blockings.hpp"
#include "dispatch/candidates.hpp"
#include "dispatch/cost.hpp"
#include "problem/decimal.hpp"
#include "winograd/ranges.hpp"

namespace winodnn {

namespace {

bool is_of_kernel(const tile &t, const problem &p) {
    return t.taps.rows == p.kh && t.taps.cols == p.kw;
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
    return blockings(p, m, base).front().plan;
}

std::optional<plan> promised_plan_with_tile(const problem &p, const machine &m, tile_id tile) {
    const std::optional<plan> base = promised_base(p, m, tile);
    if (!base) return {};
    return blockings(p, m, *base).front().plan;
}

bool is_within_growth(tile_id tile, const problem &p, const machine &m, bool calibrated) {
    if (m.max_weights_growth == machine::unbounded) return true;
    const plan chosen {.tile = tile, .isa = m.isa, .calibrated = calibrated};
    return growth_of(layout_for(p, chosen)) <= m.max_weights_growth;
}

namespace {

// What `choose` chooses; where it finds nothing within the bound on weights' growth, but would without it,
// the bound is the reason.
template <typename Choose>
expected<plan> within_growth(const problem &p, const machine &m, const Choose &choose) {
    expected<plan> bounded = choose(p, m);
    if (bounded || m.max_weights_growth == machine::unbounded) return bounded;
    machine generous = m;
    generous.max_weights_growth = machine::unbounded;
    expected<plan> unbounded = choose(p, generous);
    if (!unbounded) return unbounded;
    return refuse(refusal_reason::growth, "packed weights would take "
                                                  + decimal(growth_of(layout_for(p, *unbounded)), 2)
                                                  + " times the bytes of plain ones, and "
                                                  + decimal(m.max_weights_growth) + " times are allowed");
}

expected<prediction> best_candidate(const problem &p, const machine &m) {
    const std::vector<prediction> all = candidates(p, m);
    if (all.empty()) return refuse(refusal_reason::growth, "no tile's weights are within their bound");
    return all.front();
}

} // namespace

expected<plan> fastest_plan(const problem &p, const machine &m) {
    return within_growth(p, m, [](const problem &served, const machine &bounded) {
        return best_candidate(served, bounded).map(&prediction::plan);
    });
}

expected<plan> choose_plan(const problem &p, const machine &m) {
    return within_growth(p, m, [](const problem &served, const machine &bounded) -> expected<plan> {
        const expected<prediction> best = best_candidate(served, bounded);
        if (!best) return tl::unexpected(best.error());
        const double gain = direct_cycles(served, bounded) / best->cycles;
        if (gain >= least_gain) return best->plan;
        const std::string units = bounded.amx_int8 ? " with the AMX units" : "";
        return refuse(refusal_reason::slower,
                "direct convolution" + units + " is faster: predicted speedup " + decimal(gain, 2));
    });
}

} // namespace winodnn
