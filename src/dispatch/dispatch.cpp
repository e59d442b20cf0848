#include "dispatch/dispatch.hpp"

#include "dispatch/candidates.hpp"
#include "dispatch/cost.hpp"
#include "jit/multiply/register_tile.hpp"
#include "problem/rounding.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <cstdio>

namespace winodnn {

namespace {

// Below 18 tiles the weights are read too often for what is done with them, above 48 nothing gets better.
constexpr dim fewest_tiles = 18, most_tiles = 48;

// V and M of a block take at most a third of L2: the rest is for weights, on their way in and in use.
// (Measured over core.txt; the optimum is flat.)
dim fitting_tiles(const problem &p, const machine &m, const plan &candidate) {
    const weights_layout layout = layout_for(p, candidate);
    const tile &t = layout.shape();
    dim bytes = t.m_planes() * layout.oc_block() * 4;
    for (int plane = 0; plane < t.v_planes(); ++plane)
        bytes += layout.padded_ic() * candidate.numbers.bytes(t.component_of_v(plane));
    const dim group = jit::most_tiles;
    return std::clamp(static_cast<dim>(m.l2_bytes) / 3 / bytes / group * group, fewest_tiles, most_tiles);
}

// Work items in a number that the threads can share evenly: whole rounds of blocks if there are enough of
// them, else the output channels of each block are split as well.
void share_out(plan &candidate, dim tiles, dim fitting, dim groups, dim oc_blocks) {
    dim blocks = ceil_div(tiles, fitting);
    const dim threads_a_group = ceil_div(dim {candidate.threads}, groups);
    if (blocks >= threads_a_group)
        blocks = std::min(round_up(blocks, threads_a_group), tiles);
    else
        candidate.oc_chunks = std::min(ceil_div(threads_a_group, blocks), oc_blocks);
    candidate.tiles_per_block = ceil_div(tiles, blocks);
}

} // namespace

plan plan_with_tile(
        const problem &p, const machine &m, tile_id tile, bool calibrated, const number_system &numbers) {
    plan candidate;
    candidate.calibrated = calibrated;
    candidate.numbers = numbers;
    candidate.tile = tile;
    candidate.isa = m.isa;
    candidate.threads = m.threads;
    const weights_layout layout = layout_for(p, candidate);
    share_out(candidate, tile_count(p, tile), fitting_tiles(p, m, candidate), layout.group_count(),
            ceil_div(layout.padded_oc(), layout.oc_block()));
    return candidate;
}

plan with_blocks(plan how, const problem &p, dim tiles) {
    const weights_layout layout = layout_for(p, how);
    how.oc_chunks = 1;
    share_out(how, tile_count(p, how.tile), tiles, layout.group_count(),
            ceil_div(layout.padded_oc(), layout.oc_block()));
    return how;
}

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

plan fastest_plan(const problem &p, const machine &m) {
    return candidates(p, m).front().how;
}

decision choose_plan(const problem &p, const machine &m) {
    if (m.amx_int8) return {{}, "direct convolution has the AMX units"};
    const prediction best = candidates(p, m).front();
    const double gain = direct_cycles(p, m) / best.cycles;
    if (gain >= least_gain) return {best.how, {}};
    char reason[80];
    std::snprintf(reason, sizeof(reason), "direct convolution is faster: predicted speedup %.2f", gain);
    return {{}, reason};
}

} // namespace winodnn
