#include "run/convolution.hpp"

#include "problem/rounding.hpp"
#include "run/input_stage.hpp"
#include "run/multiply_stage.hpp"
#include "run/output_stage.hpp"
#include "run/quantization.hpp"
#include "run/source_promise.hpp"
#include "winograd/exact_bytes.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <atomic>

namespace winodnn {

namespace {

using jit::part_kind;

std::byte *aligned(void *scratchpad) {
    const auto address = reinterpret_cast<std::uintptr_t>(scratchpad);
    return static_cast<std::byte *>(scratchpad) + (64 - address % 64) % 64;
}

part_kind part_kind_of(std::uint32_t part, std::uint32_t parts) {
    const bool first = part == 0, last = part + 1 == parts;
    if (first) return last ? part_kind::only : part_kind::first;
    return last ? part_kind::last : part_kind::middle;
}

} // namespace

// Walks the block map: of each item the input stage once, then for each block of output channels the multiply
// and the output stage.
struct convolution::driver {
    driver(const problem &p, const plan &chosen, const class_quantizers &component_quantizers)
        : blueprint(p, chosen), quantizers(component_quantizers),
          bytes(exact_bytes_of(blueprint.tile, blueprint.layout.promised_source())),
          input(blueprint, quantizers), multiply(blueprint), output(blueprint),
          most_source(largest_source(blueprint.map.pieces())) {}

    bool is_exact_for(dim largest, const packed_block &weights) const;
    bool run_item(const execution &e, const thread_space &space, const work_item &item) const;
    bool run_channels(const execution &e, const block_in_work &block, dim group, dim oc) const;

    const winodnn::blueprint blueprint;
    const class_quantizers quantizers;
    const exact_bytes bytes;
    const input_stage input;
    const multiply_stage multiply;
    const output_stage output;
    // The largest magnitude of source values, minus zero points, with which all of V is in 16 bits.
    const dim most_source;
};

// Zero points inside the source data type are what the layout's proof is made for. Others may still be
// within what 16 bits hold and what these weights leave room for: every accumulator of a part is at most the
// largest source value times the sum of the weights' magnitudes.
bool convolution::driver::is_exact_for(dim largest, const packed_block &weights) const {
    if (largest <= std::max<dim>(blueprint.layout.source.hi, -blueprint.layout.source.lo)) return true;
    return !blueprint.plan.numbers.quantized && largest <= most_source
           && weights.largest_sum < ceil_div(accumulator_limit(blueprint.tile), largest);
}

bool convolution::driver::run_item(
        const execution &e, const thread_space &space, const work_item &item) const {
    const block_in_work block {item.tiles, blueprint.grid.slots_of(item.tiles), space};
    input.run(e, block, item.group);
    for (dim oc = item.channels.begin; oc < item.channels.end; oc += blueprint.layout.oc_block())
        if (!run_channels(e, block, item.group, oc)) return false;
    return true;
}

// One block of output channels, part by part of the input channels.
bool convolution::driver::run_channels(
        const execution &e, const block_in_work &block, dim group, dim oc) const {
    const weights_layout &layout = blueprint.layout;
    const void *weights = packed_group(layout, e.args.weights.data, group);
    const dim width = std::min(layout.oc_block(), layout.padded_oc() - oc);
    const channel_span channels {group * layout.oc + oc, std::min(width, layout.oc - oc)};
    weights_in_work weights_of_block {};
    weights_of_block.u = packed_payload(layout, weights) + oc * layout.channel_bytes(blueprint.plan.numbers);
    weights_of_block.initial_sums =
            reinterpret_cast<const std::int32_t *>(e.shared + blueprint.workspace.initial_sums_offset)
            + channels.begin;
    weights_of_block.oc_width = width;
    const std::uint32_t parts = part_count(weights);
    for (std::uint32_t part = 0; part < parts; ++part) {
        weights_of_block.ic_end = part_end(weights, part);
        multiply.run(block, weights_of_block);
        if (!output.run(e, block, channels, part_kind_of(part, parts))) return false;
        weights_of_block.ic_begin = weights_of_block.ic_end;
    }
    return true;
}

convolution::convolution(const problem &p, const plan &chosen, const class_quantizers &quantizers)
    : driver_(std::make_unique<driver>(p, chosen, quantizers)) {}
convolution::convolution(convolution &&) noexcept = default;
convolution::~convolution() = default;

std::size_t convolution::scratchpad_bytes() const {
    return driver_->blueprint.workspace.total_bytes;
}

std::size_t convolution::shared_bytes() const {
    return driver_->blueprint.workspace.threads_offset;
}

std::size_t convolution::thread_bytes() const {
    return driver_->blueprint.workspace.thread_bytes;
}

bool convolution::prepare(const run_args &args, std::byte *shared) const {
    const driver &d = *driver_;
    const problem &p = d.blueprint.problem;
    const workspace &space = d.blueprint.workspace;
    if (!d.is_exact_for(prepare_src_zero_points(p, space, args, shared), args.weights)) return false;
    prepare_quantization(p, space, args, shared);
    prepare_components(d.blueprint.layout, d.quantizers, space, args.weights, shared);
    prepare_exact_bytes(d.blueprint.layout, d.bytes, space, args.weights, shared);
    return true;
}

bool convolution::run_blocks(const run_args &args, const std::byte *shared, std::byte *own, dim image,
        const item_range &blocks) const {
    const winodnn::blueprint &blueprint = driver_->blueprint;
    const execution e {args, shared};
    const dim first = blueprint.map.blocks_of_band(image, 0).begin;
    for (dim group = 0; group < blueprint.layout.group_count(); ++group)
        for (dim index = blocks.begin; index < blocks.end; ++index)
            if (!driver_->run_item(e, blueprint.workspace.in(own),
                        {group, blueprint.map.block(first + index), {0, blueprint.layout.padded_oc()}}))
                return false;
    return true;
}

run_result convolution::execute(const run_args &args, const thread_team &team) const {
    const driver &d = *driver_;
    const workspace &space = d.blueprint.workspace;
    const block_map &map = d.blueprint.map;
    std::byte *scratchpad = aligned(args.scratchpad);
    if (!prepare(args, scratchpad)) return run_result::beyond_proof;
    const plan &chosen = d.blueprint.plan;
    if (!chosen.numbers.bytes_exactly.empty()
            && !keeps_promise(d.blueprint.problem, chosen.source_bits, space, args, scratchpad, team))
        return run_result::broken_promise;
    const execution e {args, scratchpad};
    const int tasks = map.tasks(std::min(chosen.threads, team.size()));
    std::atomic<bool> failed {false};
    team.run(tasks, [&](int task) {
        const thread_space own = space.of_task(scratchpad, task);
        const item_range share = map.share(task, tasks);
        for (dim index = share.begin; index < share.end; ++index)
            if (!d.run_item(e, own, map.item(index))) failed.store(true, std::memory_order_relaxed);
    });
    return failed.load(std::memory_order_relaxed) ? run_result::stage_failed : run_result::computed;
}

std::set<dim> stage_sizes_for(const problem &p, const plan &chosen) {
    const block_map map(p, chosen);
    const workspace space(p, chosen, map);
    if (!space.stages) return {};
    std::set<dim> sizes;
    for (const dim tiles : map.block_sizes())
        sizes.insert(tiles * space.partial_tile_stride / dim {sizeof(float)});
    return sizes;
}

std::size_t scratchpad_bytes_for(const problem &p, const plan &chosen) {
    return workspace(p, chosen, block_map(p, chosen)).total_bytes;
}

std::size_t workspace_bytes_for(const problem &p, const plan &chosen) {
    return workspace(p, chosen, block_map(p, chosen)).thread_bytes;
}

} // namespace winodnn
