#include "run/input_stage.hpp"

#include <algorithm>

namespace winodnn {

input_stage::input_stage(const blueprint &b, const class_quantizers &quantizers) : blueprint_(b) {
    for (int k = 0; k < tile_classes; ++k) tables_[k] = jit::quantization_tables(quantizers[k]);

    const problem &p = blueprint_.problem;
    jit::input_transform_config config;
    config.isa = blueprint_.plan.isa;
    config.tile = blueprint_.plan.tile;
    config.src = p.src;
    config.zero_point = p.src_zero_point;
    config.narrow = p.group_ic() < config.channels_per_vector();
    config.col_stride = p.src_strides().w * p.dilation_w;
    config.row_stride = p.src_strides().h * p.dilation_h;
    config.numbers = blueprint_.plan.numbers;
    config.planes = blueprint_.workspace.v_planes;
    config.source_bits = blueprint_.plan.source_bits;
    if (config.numbers.quantized) {
        config.scratch_stride = blueprint_.workspace.input_scratch_stride;
        for (const class_quantizer &of_class : quantizers) config.one_sided.insert(jit::one_sided(of_class));
    }
    for (const auto &row : blueprint_.grid.rows.clippings)
        for (const auto &col : blueprint_.grid.cols.clippings) {
            config.rows = row.inputs;
            config.cols = col.inputs;
            config.row_piece = row.piece->outputs;
            config.col_piece = col.piece->outputs;
            kernels_.push_back(jit::get_input_transform(config));
        }
}

void input_stage::run(const execution &e, const block_in_work &block, dim group) const {
    const tile_grid &grid = blueprint_.grid;
    const nhwc_strides strides = blueprint_.problem.src_strides();
    const dim first_channel = group * blueprint_.layout.ic;
    const auto *zero_points =
            reinterpret_cast<const std::int16_t *>(e.shared + blueprint_.workspace.src_zero_points_offset)
            + first_channel;
    std::array<jit::input_quantization, tile_classes> quantization;
    std::ranges::transform(tables_, quantization.begin(), &jit::quantization_tables::view);
    block_slots slots = block.slots;
    auto at = grid.at(block.tiles.begin);
    for (dim index = block.tiles.begin; index < block.tiles.end; ++index, grid.advance(at)) {
        const tile_class shape = grid.class_of(at);
        const tile_grid::pixel first = grid.first_input(at);
        const dim offset = at.n * strides.n + first.y * strides.h + first.x * strides.w + first_channel;
        // The first pixel may lie outside the image, so its address is no pointer into it.
        const auto src = reinterpret_cast<std::uintptr_t>(e.args.src) + static_cast<std::uintptr_t>(offset);
        const dim slot = slots.first[shape]++, first_value = slot * blueprint_.layout.padded_ic();
        (*kernels_[grid.clipping_of(at)])({reinterpret_cast<const void *>(src), block.space.v, first_value,
                blueprint_.layout.ic, zero_points, &quantization[shape], block.space.input_scratch,
                block.space.levels + slot});
    }
}

} // namespace winodnn
