#include "dispatch/cost.hpp"

#include "dispatch/rates.hpp"
#include "isa/register_tile.hpp"
#include "plan/block_map.hpp"
#include "problem/rounding.hpp"
#include "winograd/tile_classes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace winodnn {

namespace {

double as_double(dim n) {
    return static_cast<double>(n);
}

// 0 for what a cache of this size holds beside what comes and goes, 1 for what it does not hold at all.
double share_beyond(std::size_t cache, double bytes) {
    return std::clamp(2 * bytes / static_cast<double>(cache) - 1, 0.0, 1.0);
}

// One item of work of a plan: a block of tiles, and a chunk of the output channels.
class item_cost {
public:
    item_cost(const problem &p, const machine &m, const plan &candidate, const block_map &map)
        : problem_(p), machine_(m), plan_(candidate), map_(map), layout_(map_.layout()),
          tile_(layout_.shape()), pieces_(map_.pieces()), shares_(shares()), rates_(rates_of(m)),
          registers_(register_tile_of(candidate.isa)),
          tiles_(as_double(map_.tiles()) / as_double(map_.blocks())),
          oc_(as_double(layout_.padded_oc()) / as_double(map_.chunks())), ic_(as_double(layout_.padded_ic())),
          oc_blocks_(std::max(1.0, oc_ / as_double(layout_.oc_block()))),
          weights_bytes_(oc_ * as_double(layout_.channel_bytes(candidate.numbers))) {}

    // The multiply kernel prefetches the weights that it needs next: what shows is the longer one of both,
    // unless L3 is far.
    double cycles() const {
        const double multiply = multiply_cycles() + weights_cycles(), stream = streaming_cycles();
        return (machine_.cache.far_l3 ? multiply + far_l3_visible * stream : std::max(multiply, stream))
               + transforms_and_images() + cycles_beyond_l2() + staged();
    }

private:
    // Planes of M, and the tiles of all classes that take part in each. Most planes are alike in this.
    double multiply_cycles() const {
        std::array<std::array<std::array<int, 2>, tile_classes + 1>, tile_classes> alike {};
        for (int plane = 0; plane < tile_.m_planes(); ++plane)
            if (const class_range classes = classes_with(pieces_, plane); classes.end > 0)
                ++alike[static_cast<std::size_t>(classes.begin)][static_cast<std::size_t>(classes.end)]
                       [plan_.numbers.is_wide(tile_.component_of_m(plane))];
        double cycles = 0;
        for (std::size_t begin = 0; begin < tile_classes; ++begin) {
            double share = 0;
            for (std::size_t end = begin + 1; end <= tile_classes; ++end) {
                share += shares_[end - 1];
                for (const bool wide : {false, true})
                    if (const int planes = alike[begin][end][wide]; planes > 0 && share > 0)
                        cycles += planes * plane_cycles(tiles_ * share, wide);
            }
        }
        return cycles;
    }

    // Of each class, its share of the tiles.
    std::array<double, tile_classes> shares() const {
        std::array<double, tile_classes> of_class {};
        for (const bool small_row : {false, true})
            for (const bool small_col : {false, true})
                of_class[class_of(small_row, small_col)] =
                        share_of(map_.rows(), small_row) * share_of(map_.cols(), small_col);
        return of_class;
    }

    double plane_cycles(double tiles, bool wide) const {
        const double vectors = oc_ / registers_.lanes, slices = std::ceil(vectors / registers_.vectors);
        const double calls = std::ceil(tiles / registers_.tiles);
        const double size = tiles / calls, width = vectors / slices;
        const double instruction = wide ? rates_.s16_cycles : rates_.s8_cycles;
        const double step =
                std::max({size * width * instruction, (size + width) / loads_a_cycle, multiply_latency});
        const double steps = tile_.terms() * ic_ / (wide ? 2 : 4);
        const bool starts = plan_.numbers.quantized || !wide;
        const double start_and_end = starts ? quantized_sum_cycles * size * width : 0;
        return (step * steps + start_and_end) * calls * slices;
    }

    // U stays in L2 from block to block, or is streamed through it.
    double streamed_bytes() const {
        const double bytes = weights_bytes_;
        return bytes * share_beyond(machine_.cache.l2, bytes + v_bytes() + m_bytes());
    }

    double weights_cycles() const {
        return weights_bytes_ * rates_.memory.weights_in_l2 + streamed_bytes() * weights_beyond_l2_cycles;
    }

    double streaming_cycles() const {
        const double all = weights_bytes_ * as_double(plan_.oc_chunks);
        const double from_memory = share_beyond(machine_.cache.l3, all / share_of_l3);
        const double l3 = machine_.cache.far_l3 ? far_l3_bytes_a_cycle : l3_bytes_a_cycle;
        return streamed_bytes() * ((1 - from_memory) / l3 + from_memory / std::min(l3, memory_bytes_a_cycle));
    }

    double v_bytes() const { return tiles_ * as_double(map_.v_bytes_of_tile()); }
    double m_bytes() const { return tiles_ * as_double(map_.m_bytes_of_tile()); }

    // V is read again for each block of output channels, M written and read.
    double cycles_beyond_l2() const {
        const double u = weights_bytes_ / oc_blocks_, v = v_bytes(), m = m_bytes();
        return oc_blocks_
               * (v * share_beyond(machine_.cache.l2, v + m + u) * rates_.memory.v_beyond_l2
                       + 2 * m * share_beyond(machine_.cache.l2, m + u / 4) * rates_.memory.m_beyond_l2);
    }

    double transforms_and_images() const {
        const int lanes = registers_.lanes;
        double instructions = 0;
        for (std::size_t k = 0; k < pieces_.size(); ++k)
            if (pieces_[k] != nullptr)
                instructions += shares_[k]
                                * (ic_ / lanes / 2 * input_instructions(*pieces_[k])
                                        + oc_ / lanes * output_instructions(*pieces_[k]));
        const double pixels = as_double(problem_.oh * problem_.ow * problem_.mb) / as_double(map_.blocks());
        const bool has_many = plan_.numbers.has_initial_sums() && tile_.m_planes() > few_planes;
        const double planes = has_many ? many_planes_cycles * tile_.m_planes() : 0;
        const double instruction =
                plan_.numbers.quantized ? rates_.quantized_transform_cycles : rates_.transform_cycles;
        return tiles_ * (instructions * instruction + (tile_cycles + planes) * oc_blocks_)
               + pixels * (ic_ + oc_) * rates_.memory.image + pixels * ic_ * promise_cycles();
    }

    static double share_of(const cover &along, bool small) {
        return as_double(small ? along.small_tiles() : along.large_tiles()) / as_double(along.count());
    }

    double input_instructions(const tile_piece &p) const {
        return as_double(std::ssize(p.input_program.code)) + p.input.cols() + p.v_planes()
               + (plan_.numbers.quantized ? quantize_instructions * p.v_planes()
                                          : exact_byte_instructions * plan_.numbers.bytes_exactly.count());
    }
    double promise_cycles() const { return plan_.numbers.bytes_exactly.empty() ? 0 : source_promise_cycles; }

    double output_instructions(const tile_piece &p) const {
        return as_double(std::ssize(p.output_program.code))
               + p.m_planes() * (plan_.numbers.quantized ? 1 + dequantize_instructions : 1)
               + finish_instructions * p.outputs.count();
    }

    // A block is staged in whole, with the channels that the last one lacks.
    double staged() const {
        const auto is_staged = [](const post_op &op) { return op.op == post_op::kind::staged; };
        const auto stages = as_double(std::ranges::count_if(problem_.post_ops, is_staged));
        const double values = tiles_ * tile_.outputs.count();
        const dim padded = round_up(static_cast<dim>(oc_), layout_.oc_block());
        return stages * values
               * (as_double(padded) * staged_cycles
                       - std::min(oc_, as_double(layout_.oc)) * staged_cycles_of_direct);
    }

    const problem &problem_;
    const machine &machine_;
    const plan &plan_;
    const block_map &map_;
    const weights_layout &layout_;
    const tile &tile_;
    const class_pieces &pieces_;
    const std::array<double, tile_classes> shares_;
    const rates rates_;
    const register_tile registers_;
    const double tiles_, oc_, ic_, oc_blocks_, weights_bytes_; // of an item
};

// How many of the taps along one dimension lie inside the image, as a share: direct convolution does not
// multiply with padding.
double share_inside(const axis &a) {
    dim inside = 0;
    for (dim tap = 0; tap < a.taps; ++tap) {
        const dim first =
                a.first_input(0) + tap * a.dilation; // the pixel that this tap of the first output reads
        inside += std::max(std::min(a.out, a.in - first) - std::max(dim {0}, -first), dim {0});
    }
    return as_double(inside) / as_double(a.out * a.taps);
}

} // namespace

dim tile_count(const problem &p, tile_id tile) {
    const auto &t = tile_of(tile);
    return p.mb * cover_of(t.row_pieces, p.rows(), true).count()
           * cover_of(t.col_pieces, p.cols(), true).count();
}

double winograd_cycles(const problem &p, const machine &m, const plan &candidate, const block_map &map) {
    // Items are equal but for rounding.
    return as_double(map.most_items(candidate.threads)) * item_cost(p, m, candidate, map).cycles();
}

double winograd_cycles(const problem &p, const machine &m, const plan &candidate) {
    return winograd_cycles(p, m, candidate, block_map(p, candidate));
}

double direct_cycles(const problem &p, const machine &m) {
    const double inside = share_inside(p.rows()) * share_inside(p.cols());
    // It computes whole vectors of output channels.
    const dim lanes = register_tile_of(m.isa).lanes, padded_oc = round_up(p.group_oc(), lanes);
    const double padded = as_double(padded_oc) / as_double(p.group_oc());
    return as_double(p.macs()) * inside * padded / rates_of(m).direct_macs / m.threads;
}

} // namespace winodnn
