#include "run/output_stage.hpp"

#include "problem/limits.hpp"

namespace winodnn {

using jit::part_kind;

output_stage::output_stage(
        const problem &p, const plan &chosen, const workspace &space, const tile_grid &grid)
    : problem_(p), plan_(chosen), tile_(tile_of(chosen.tile)), space_(space), grid_(grid),
      lanes_(jit::traits_of(chosen.isa).lanes()), segments_(split(p.post_ops)) {
    jit::output_transform_config config = config_of(segments_[0]);
    for (const part_kind part : {part_kind::only, part_kind::first, part_kind::middle, part_kind::last}) {
        if (part != part_kind::only && !space_.splits) break;
        config.part = part;
        first_[static_cast<std::size_t>(part)] = make_kernels(config);
    }
    for (std::size_t s = 1; s < segments_.size(); ++s)
        later_.push_back(make_kernels(config_of(segments_[s])));
}

std::vector<output_stage::segment> output_stage::split(const std::vector<post_op> &post_ops) {
    std::vector<segment> segments;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < post_ops.size(); ++i) {
        if (post_ops[i].op != post_op::kind::staged) continue;
        segments.push_back({begin, i});
        begin = i + 1;
    }
    segments.push_back({begin, post_ops.size()});
    return segments;
}

jit::output_transform_config output_stage::config_of(const segment &s) const {
    const dim element = static_cast<dim>(size_of(problem_.dst));
    const nhwc_strides strides = problem_.dst_strides();
    const bool first = s.begin == 0, last = s.end == problem_.post_ops.size();
    jit::output_transform_config config;
    config.isa = plan_.isa;
    config.tile = plan_.tile;
    config.plane_stride = space_.m_plane_stride;
    config.col_stride = strides.w * element;
    config.row_stride = strides.h * element;
    config.partial_stride = space_.partial_pixel_stride;
    config.per_oc_stride = static_cast<dim>(space_.per_oc_stride);
    config.from_stage = !first;
    config.to_stage = !last;
    config.tail = static_cast<int>(problem_.group_oc() % lanes_);
    config.dst = problem_.dst;
    config.quantized = plan_.numbers.quantized;
    config.accumulators = problem_.stores_accumulators() && !config.quantized;
    config.scale = problem_.src_scale || problem_.weights_scale != problem::weights_scale_kind::none;
    config.bias = problem_.bias.has_value();
    config.dst_scale = problem_.dst_scale;
    config.dst_zero_point = problem_.dst_zero_point;
    config.post_ops.assign(problem_.post_ops.begin() + static_cast<dim>(s.begin),
            problem_.post_ops.begin() + static_cast<dim>(s.end));
    return config;
}

output_stage::kernels output_stage::make_kernels(jit::output_transform_config config) const {
    kernels by_kind;
    for (const auto &row : grid_.rows.kinds)
        for (const auto &col : grid_.cols.kinds) {
            config.rows = row.outputs;
            config.cols = col.outputs;
            config.row_piece = row.of->outputs();
            config.col_piece = col.of->outputs();
            config.first_scales = space_.first_scales[grid_.class_of(row, col)];
            by_kind.push_back(jit::get_output_transform(config));
        }
    return by_kind;
}

bool output_stage::run(const run_args &args, const std::byte *scratchpad, const thread_space &own,
        tile_block block, channel_span span, part_kind part) const {
    run_kernels(args, scratchpad, own, block, span, segments_[0], first_[static_cast<std::size_t>(part)]);
    if (part == part_kind::first || part == part_kind::middle) return true;
    for (std::size_t s = 1; s < segments_.size(); ++s) {
        // All of the tiles' values, also those outside the image and of channels that there are not: they are
        // in between, and nobody reads what becomes of them.
        auto *values = reinterpret_cast<float *>(own.partial);
        if (!args.stages->apply(segments_[s - 1].end, values,
                    block.size() * space_.partial_tile_stride / dim {sizeof(float)}))
            return false;
        run_kernels(args, scratchpad, own, block, span, segments_[s], later_[s - 1]);
    }
    return true;
}

void output_stage::run_kernels(const run_args &args, const std::byte *scratchpad, const thread_space &own,
        tile_block block, channel_span span, const segment &s, const kernels &by_kind) const {
    const dim element = static_cast<dim>(size_of(problem_.dst));
    const nhwc_strides strides = problem_.dst_strides();
    std::array<const void *, most_post_ops> operands {};
    jit::output_transform_args a {};
    a.per_oc = reinterpret_cast<const float *>(scratchpad + space_.per_oc_offset) + span.begin;
    a.vectors = span.count / lanes_;
    a.has_tail = span.count % lanes_ != 0;
    a.operands = operands.data();
    block_slots slots = grid_.slots_of(block);
    auto at = grid_.at(block.begin);
    for (dim index = block.begin; index < block.end; ++index, grid_.advance(at)) {
        const dim slot = slots.first[grid_.class_of(at)]++;
        const dim y = grid_.rows.covered.first_output(at.row), x = grid_.cols.covered.first_output(at.col);
        const auto offset_in = [&](const nhwc_strides &tensor) {
            return at.n * tensor.n + y * tensor.h + x * tensor.w + span.begin;
        };
        for (std::size_t i = s.begin; i < s.end; ++i) {
            const post_op &op = problem_.post_ops[i];
            if (!op.has_operand()) continue;
            const dim first =
                    op.operand == post_op::broadcast::per_oc ? span.begin : offset_in(op.operand_strides);
            operands[i - s.begin] = op.operand == post_op::broadcast::common
                                            ? scratchpad + space_.operands_offset + i * sizeof(float)
                                            : static_cast<const std::byte *>(args.operands[i])
                                                      + first * static_cast<dim>(size_of(op.type));
        }
        a.m = own.m + slot * space_.m_tile_stride;
        a.partial = own.partial + slot * space_.partial_tile_stride;
        a.dst = static_cast<std::byte *>(args.dst) + offset_in(strides) * element;
        (*by_kind[grid_.kind_of(at)])(a);
    }
}

} // namespace winodnn
