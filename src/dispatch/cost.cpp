#include "dispatch/cost.hpp"

#include "dispatch/rates.hpp"
#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

// Bytes a cycle that one core reads of weights that no private cache holds: 25 GB/s at 3.5 GHz, measured for
// 20 to 40 MB. Less than L3 alone would give: between two runs of a layer the rest of the network goes
// through it.
constexpr double streamed_bytes = 7;

// How much of the shorter one of streaming and multiplying shows: the prefetch hides the rest.
constexpr double not_hidden = 0.4;

// Cycles that a staged post-op takes for each value that it is computed of, and of those the ones that direct
// convolution has to spend as well: oneDNN computes it there too, but only of values that exist. Measured
// with tanh, gelu and swish at AVX-512, 32 to 256 channels.
constexpr double staged_cycles = 2.0, staged_cycles_of_direct = 1.6;

// A block is staged in whole, with the channels that the last one lacks.
double stage_cycles(
        const problem &p, const weights_layout &layout, double tiles, double values_of_a_tile, double oc) {
    const auto is_staged = [](const post_op &op) { return op.op == post_op::kind::staged; };
    const auto stages = static_cast<double>(std::ranges::count_if(p.post_ops, is_staged));
    const double staged =
            tiles * values_of_a_tile * static_cast<double>(round_up(static_cast<dim>(oc), layout.oc_block()));
    const double existing = tiles * values_of_a_tile * std::min(oc, static_cast<double>(layout.oc));
    return stages * (staged * staged_cycles - existing * staged_cycles_of_direct);
}

} // namespace

dim tile_count(const problem &p, tile_id tile) {
    const auto &t = tile_of(tile);
    return p.mb * ceil_div(p.oh, dim {t.rows.outputs()}) * ceil_div(p.ow, dim {t.cols.outputs()});
}

double winograd_cycles(const problem &p, const machine &m, const plan &candidate) {
    const isa_rates rates = rates_of(candidate.isa);
    const weights_layout layout = layout_for(p, candidate);
    const tile &t = layout.shape();
    const dim blocks = ceil_div(tile_count(p, candidate.tile), candidate.tiles_per_block);
    // Items of work are equal but for rounding, and each thread takes the same number of them.
    const double items = static_cast<double>(
            ceil_div(blocks * layout.group_count() * candidate.oc_chunks, dim {candidate.threads}));
    const double tiles = static_cast<double>(tile_count(p, candidate.tile)) / static_cast<double>(blocks);
    const double oc = static_cast<double>(layout.padded_oc()) / static_cast<double>(candidate.oc_chunks);
    const double ic = static_cast<double>(layout.padded_ic());

    const number_system &numbers = candidate.numbers;
    double multiply = 0, transforms = 0;
    const cover rows = cover_of(t.row_pieces, p.oh, !candidate.mixed),
                cols = cover_of(t.col_pieces, p.ow, !candidate.mixed);
    const auto share = [](dim with_row, dim with_col, const cover &r, const cover &c) {
        return static_cast<double>(with_row * with_col) / static_cast<double>(r.count() * c.count());
    };
    for (int plane = 0; plane < t.m_planes(); ++plane) {
        const bool wide = numbers.is_wide(t.component_of_m(plane));
        const int width = t.cols.output.cols();
        const double taking_part =
                tiles * share(rows.tiles_with_m(plane / width), cols.tiles_with_m(plane % width), rows, cols);
        multiply += taking_part * t.terms() * ic * oc / (wide ? rates.multiply_macs : rates.multiply_macs_s8);
        transforms += taking_part * oc * (numbers.quantized ? rates.output_cycles_s8 : rates.output_cycles);
    }
    for (int plane = 0; plane < t.v_planes(); ++plane) {
        const int width = t.cols.inputs();
        const double taking_part =
                tiles * share(rows.tiles_with_v(plane / width), cols.tiles_with_v(plane % width), rows, cols);
        transforms += taking_part * ic * (numbers.quantized ? rates.input_cycles_s8 : rates.input_cycles);
    }
    const double stages = stage_cycles(p, layout, tiles, t.outputs(), oc);
    const double weights_bytes = oc * static_cast<double>(layout.channel_bytes(numbers));
    const bool streams = weights_bytes > static_cast<double>(m.l2_bytes) / 2;
    const double stream = streams ? weights_bytes / streamed_bytes : 0;
    return items
           * (std::max(multiply, stream) + not_hidden * std::min(multiply, stream) + transforms + stages);
}

double direct_cycles(const problem &p, const machine &m) {
    return static_cast<double>(p.macs()) / rates_of(m.isa).direct_macs / m.threads;
}

} // namespace winodnn
