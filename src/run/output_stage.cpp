#include "run/output_stage.hpp"

#include "problem/limits.hpp"

namespace winodnn {

using jit::part_kind;

namespace {

// From one output of a tile to the next.
nhwc_strides between_outputs(const problem &p, const nhwc_strides &tensor) {
    return {tensor.n, tensor.h * p.dilation_h, tensor.w * p.dilation_w};
}

} // namespace

output_stage::output_stage(const blueprint &b)
    : blueprint_(b), lanes_(traits_of(b.plan.isa).lanes()), segments_(split(b.problem.post_ops)) {
    jit::output_transform_config config = config_of(segments_[0]);
    for (const part_kind part : {part_kind::only, part_kind::first, part_kind::middle, part_kind::last}) {
        if (part != part_kind::only && !blueprint_.workspace.splits) break;
        config.part = part;
        first_[static_cast<std::size_t>(part)] = make_kernels(config);
    }
    for (std::size_t s = 1; s < segments_.size(); ++s)
        later_.push_back(make_kernels(config_of(segments_[s])));
    for (int level = 0; level < most_levels; ++level)
        gains_[static_cast<std::size_t>(level)] = {1 / gain_of(level), gain_of(level)};
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
    const problem &p = blueprint_.problem;
    const dim element = static_cast<dim>(size_of(p.dst));
    const nhwc_strides strides = between_outputs(p, p.dst_strides());
    const bool first = s.begin == 0, last = s.end == p.post_ops.size();
    jit::output_transform_config config;
    config.isa = blueprint_.plan.isa;
    config.tile = blueprint_.plan.tile;
    config.plane_stride = blueprint_.workspace.m_plane_stride;
    config.col_stride = strides.w * element;
    config.row_stride = strides.h * element;
    config.partial_stride = blueprint_.workspace.partial_pixel_stride;
    config.per_oc_stride = static_cast<dim>(blueprint_.workspace.per_oc_stride);
    config.from_stage = !first;
    config.to_stage = !last;
    config.tail = static_cast<int>(p.group_oc() % lanes_);
    config.dst = p.dst;
    config.quantized = blueprint_.plan.numbers.quantized;
    config.wide = blueprint_.plan.numbers.wide;
    config.accumulators = p.stores_accumulators() && !config.quantized;
    config.src_scale = p.scales_in_turn;
    config.scale = p.src_scale || p.weights_scale != problem::weights_scale_kind::none;
    config.bias = p.bias.has_value();
    config.dst_scale = p.dst_scale;
    config.dst_zero_point = p.dst_zero_point;
    config.post_ops.assign(
            p.post_ops.begin() + static_cast<dim>(s.begin), p.post_ops.begin() + static_cast<dim>(s.end));
    for (post_op &op : config.post_ops) op.operand_strides = between_outputs(p, op.operand_strides);
    return config;
}

output_stage::kernels output_stage::make_kernels(jit::output_transform_config config) const {
    kernels by_clipping;
    for (const auto &row : blueprint_.grid.rows.clippings)
        for (const auto &col : blueprint_.grid.cols.clippings) {
            config.rows = row.outputs;
            config.cols = col.outputs;
            config.row_piece = row.piece->outputs;
            config.col_piece = col.piece->outputs;
            config.first_scales = blueprint_.workspace.first_scales[blueprint_.grid.class_of(row, col)];
            by_clipping.push_back(jit::get_output_transform(config));
        }
    return by_clipping;
}

bool output_stage::run(
        const execution &e, const block_in_work &block, channel_span channels, part_kind part) const {
    run_kernels(e, block, channels, segments_[0], first_[static_cast<std::size_t>(part)]);
    if (part == part_kind::first || part == part_kind::middle) return true;
    for (std::size_t s = 1; s < segments_.size(); ++s) {
        // All of the tiles' values, also those outside the image and of channels that there are not: they are
        // in between, and nobody reads what becomes of them.
        auto *values = reinterpret_cast<float *>(block.space.partial);
        const dim count = block.tiles.size() * blueprint_.workspace.partial_tile_stride / dim {sizeof(float)};
        if (!e.args.stages->apply(segments_[s - 1].end, values, count)) return false;
        run_kernels(e, block, channels, segments_[s], later_[s - 1]);
    }
    return true;
}

// Of a post-op, as the kernel wants it: the one value, or that of the first channel, or that of the first
// channel of the tile's first output.
const void *output_stage::operand(
        const execution &e, std::size_t index, dim first_channel, dim first_output) const {
    const post_op &op = blueprint_.problem.post_ops[index];
    if (op.operand == post_op::broadcast::common)
        return e.shared + blueprint_.workspace.operands_offset + index * sizeof(float);
    const dim first = op.operand == post_op::broadcast::per_oc ? first_channel : first_output;
    return static_cast<const std::byte *>(e.args.operands[index])
           + first * static_cast<dim>(size_of(op.type));
}

void output_stage::run_kernels(const execution &e, const block_in_work &block, channel_span channels,
        const segment &s, const kernels &by_clipping) const {
    const problem &p = blueprint_.problem;
    const tile_grid &grid = blueprint_.grid;
    std::array<const void *, most_post_ops> operands {};
    jit::output_transform_args a {};
    a.per_oc =
            reinterpret_cast<const float *>(e.shared + blueprint_.workspace.per_oc_offset) + channels.begin;
    a.vectors = channels.count / lanes_;
    a.has_tail = channels.count % lanes_ != 0;
    a.operands = operands.data();
    block_slots slots = block.slots;
    auto at = grid.at(block.tiles.begin);
    for (dim index = block.tiles.begin; index < block.tiles.end; ++index, grid.advance(at)) {
        const dim slot = slots.first[grid.class_of(at)]++;
        const tile_grid::pixel first = grid.first_output(at);
        const auto offset_in = [&](const nhwc_strides &tensor) {
            return at.n * tensor.n + first.y * tensor.h + first.x * tensor.w + channels.begin;
        };
        for (std::size_t i = s.begin; i < s.end; ++i)
            if (p.post_ops[i].has_operand())
                operands[i - s.begin] =
                        operand(e, i, channels.begin, offset_in(p.post_ops[i].operand_strides));
        if (blueprint_.plan.numbers.quantized)
            a.gains = gains_[static_cast<std::size_t>(block.space.levels[slot])].data();
        a.m = block.space.m + slot * blueprint_.workspace.m_tile_stride;
        a.partial = block.space.partial + slot * blueprint_.workspace.partial_tile_stride;
        a.dst = static_cast<std::byte *>(e.args.dst)
                + offset_in(p.dst_strides()) * static_cast<dim>(size_of(p.dst));
        (*by_clipping[grid.clipping_of(at)])(a);
    }
}

} // namespace winodnn
