#include "dispatch/dispatch.hpp"

#include "winograd/ranges.hpp"

#include <algorithm>

namespace winodnn {

namespace {

dim ceil_div(dim a, dim b) {
    return (a + b - 1) / b;
}

dim tiles_of(const problem &p, const tile &t) {
    return p.mb * ceil_div(p.oh, t.rows.outputs()) * ceil_div(p.ow, t.cols.outputs());
}

dim choose_block(const problem &p, const machine &m, const plan &base, dim tiles) {
    const weights_layout layout = layout_for(p, base);
    const dim per_tile = tile_of(base.tile).components() * (layout.padded_ic() * 2 + layout.oc_block() * 4);
    const dim fit = static_cast<dim>(m.l2_bytes) * 6 / 10 / per_tile;
    dim block = std::clamp<dim>(fit / 6 * 6, 12, 60);
    return std::min(block, tiles);
}

} // namespace

plan plan_with_tile(const problem &p, const machine &m, tile_id tile) {
    plan chosen;
    chosen.tile = tile;
    chosen.isa = m.isa;
    chosen.threads = m.threads;
    const dim tiles = tiles_of(p, tile_of(tile));
    chosen.tiles_per_block = choose_block(p, m, chosen, tiles);
    const dim blocks = ceil_div(tiles, chosen.tiles_per_block);
    const dim oc_blocks = ceil_div(p.oc, layout_for(p, chosen).oc_block());
    if (blocks < m.threads) chosen.oc_chunks = std::min<dim>(oc_blocks, ceil_div(m.threads, blocks));
    return chosen;
}

plan fastest_plan(const problem &p, const machine &m) {
    return plan_with_tile(p, m, tile_id::f4x4);
}

decision choose_plan(const problem &p, const machine &m) {
    if (m.amx_int8) return {{}, "direct convolution has the AMX units"};
    return {fastest_plan(p, m), {}};
}

} // namespace winodnn
