#include "run/convolution.hpp"

#include "jit/input_transform/input_transform.hpp"
#include "jit/multiply/multiply.hpp"
#include "jit/output_transform/output_transform.hpp"
#include "problem/rounding.hpp"
#include "run/tile_grid.hpp"
#include "run/workspace.hpp"
#include "weights/packed_weights.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace winodnn {

namespace {

using jit::part_kind;

std::byte *aligned(void *scratchpad) {
    const auto address = reinterpret_cast<std::uintptr_t>(scratchpad);
    return static_cast<std::byte *>(scratchpad) + (64 - address % 64) % 64;
}

// Consecutive tiles that are transformed, multiplied and transformed back together.
struct tile_block {
    dim begin, end;
    dim size() const { return end - begin; }
};

// The groups that a block's tiles are multiplied in: as even as possible, because a group of one tile would
// run at a fraction of the rate.
struct tile_groups {
    explicit tile_groups(dim tiles) : tiles_(tiles), count(ceil_div(tiles, largest)) {}

    dim begin(dim group) const { return tiles_ * group / count; }
    dim size(dim group) const { return begin(group + 1) - begin(group); }
    // While one panel of weights is read, once for each group, the next one is brought into L2: so many cache
    // lines with each pair of channels, until all the `lines` of a pair are shared out.
    int prefetch_lines(dim group, dim lines) const {
        const dim share = ceil_div(lines, count);
        return static_cast<int>(group * share < lines ? share : 0);
    }

private:
    static constexpr dim largest = jit::most_tiles;
    dim tiles_;

public:
    const dim count;
};

// Cache lines of weights that a pair of input channels takes for so many output channels.
dim lines_of(dim oc_width) {
    return ceil_div(oc_width * 4, dim {64});
}

// Output channels, counted over all groups.
struct channel_span {
    dim begin, count;
};

struct thread_space {
    std::byte *v, *m, *partial;
};

} // namespace

struct convolution::impl {
    impl(const problem &p, const plan &chosen);

    void make_input_transforms();
    void make_multiplies();
    void make_output_transforms();

    void prepare_channels(const run_args &args, std::byte *base) const;
    void run_item(const run_args &args, const std::byte *base, const thread_space &space, dim item) const;
    void transform_input(const run_args &args, const thread_space &space, tile_block block, dim group) const;
    void multiply_components(const std::byte *u, dim oc_width, dim ic_begin, dim ic_end,
            const thread_space &space, dim tiles) const;
    void transform_output(const run_args &args, const std::byte *base, const thread_space &space,
            tile_block block, channel_span of_dst, part_kind part) const;

    const problem problem_;
    const plan plan_;
    const tile &tile_;
    const weights_layout layout_;
    const workspace space_;
    const tile_grid grid_;
    const dim blocks_;
    const int lanes_;

    // By tile_grid::kind_of.
    std::vector<std::shared_ptr<const jit::input_transform>> input_transforms_;
    // By part, then by tile_grid::kind_of.
    std::array<std::vector<std::shared_ptr<const jit::output_transform>>, 4> output_transforms_;
    // By tiles, vectors and prefetched lines.
    std::array<std::array<std::array<std::shared_ptr<const jit::multiply>, 5>, 5>, jit::most_tiles + 1>
            multiplies_;
    // The weights that were found to be intact last: a hash of where they are and of their checksum.
    mutable std::atomic<std::uint64_t> verified_ {0};
};

convolution::impl::impl(const problem &p, const plan &chosen)
    : problem_(p), plan_(chosen), tile_(tile_of(chosen.tile)), layout_(layout_for(p, chosen)),
      space_(p, chosen), grid_(make_grid(p, tile_)), blocks_(ceil_div(grid_.count(), chosen.tiles_per_block)),
      lanes_(jit::traits_of(chosen.isa).lanes()) {
    make_input_transforms();
    make_multiplies();
    make_output_transforms();
}

void convolution::impl::make_input_transforms() {
    jit::input_transform_config config;
    config.isa = plan_.isa;
    config.tile = plan_.tile;
    config.src = problem_.src;
    config.zero_point = problem_.src_zero_point;
    config.narrow = problem_.group_ic() < config.channels_per_vector();
    config.col_stride = problem_.src_strides().w;
    config.row_stride = problem_.src_strides().h;
    config.component_stride = space_.v_component_stride;
    for (const auto &row : grid_.rows.kinds)
        for (const auto &col : grid_.cols.kinds) {
            config.rows = row.inputs;
            config.cols = col.inputs;
            input_transforms_.push_back(jit::get_input_transform(config));
        }
}

void convolution::impl::make_multiplies() {
    const dim slice = layout_.oc_slice();
    for (const dim width : {std::min(slice, layout_.padded_oc()), layout_.padded_oc() % slice}) {
        if (width == 0) continue;
        const int vectors = static_cast<int>(width / lanes_);
        // Blocks are even but for one tile.
        for (const dim block_tiles : {grid_.count() / blocks_, ceil_div(grid_.count(), blocks_)}) {
            const tile_groups groups(block_tiles);
            for (dim g = 0; g < groups.count; ++g) {
                const int tiles = static_cast<int>(groups.size(g)),
                          lines = groups.prefetch_lines(g, lines_of(width));
                multiplies_[tiles][vectors][lines] = jit::get_multiply(
                        {plan_.isa, tiles, vectors, space_.v_tile_stride, space_.m_tile_stride, lines});
            }
        }
    }
}

void convolution::impl::make_output_transforms() {
    jit::output_transform_config config;
    config.isa = plan_.isa;
    config.tile = plan_.tile;
    config.component_stride = space_.m_component_stride;
    config.col_stride = problem_.dst_strides().w * static_cast<dim>(size_of(problem_.dst));
    config.row_stride = problem_.dst_strides().h * static_cast<dim>(size_of(problem_.dst));
    config.partial_stride = space_.partial_pixel_stride;
    config.tail = static_cast<int>(problem_.group_oc() % lanes_);
    config.dst = problem_.dst;
    config.accumulators = problem_.stores_accumulators();
    config.scale = problem_.src_scale || problem_.weights_scale != problem::weights_scale_kind::none;
    config.bias = problem_.bias != problem::bias_kind::none;
    config.dst_scale = problem_.dst_scale;
    config.dst_zero_point = problem_.dst_zero_point;
    config.post_ops = problem_.post_ops;
    for (const part_kind part : {part_kind::only, part_kind::first, part_kind::middle, part_kind::last}) {
        if (part != part_kind::only && !space_.splits) break;
        config.part = part;
        for (const auto &row : grid_.rows.kinds)
            for (const auto &col : grid_.cols.kinds) {
                config.rows = row.outputs;
                config.cols = col.outputs;
                output_transforms_[static_cast<int>(part)].push_back(jit::get_output_transform(config));
            }
    }
}

// Scales and biases in f32, to whole vectors of channels.
void convolution::impl::prepare_channels(const run_args &args, std::byte *base) const {
    auto *scale = reinterpret_cast<float *>(base + space_.scale_offset);
    auto *bias = reinterpret_cast<float *>(base + space_.bias_offset);
    const bool weights_scale = problem_.weights_scale != problem::weights_scale_kind::none;
    const bool per_oc = problem_.weights_scale == problem::weights_scale_kind::per_oc;
    for (dim oc = 0; oc < problem_.oc; ++oc) {
        const float of_weights = weights_scale ? args.weights_scale[per_oc ? oc : 0] : 1.f;
        scale[oc] = problem_.src_scale ? *args.src_scale * of_weights : of_weights;
    }
    if (problem_.bias == problem::bias_kind::f32) {
        std::memcpy(bias, args.bias, static_cast<std::size_t>(problem_.oc) * 4);
    } else if (problem_.bias == problem::bias_kind::s32) {
        for (dim oc = 0; oc < problem_.oc; ++oc) {
            std::int32_t value;
            std::memcpy(&value, static_cast<const std::byte *>(args.bias) + oc * 4, 4);
            bias[oc] = static_cast<float>(value);
        }
    }
}

// A block of tiles, a group and a chunk of its blocks of output channels.
void convolution::impl::run_item(
        const run_args &args, const std::byte *base, const thread_space &space, dim item) const {
    const dim chunks = plan_.oc_chunks, chunk = item % chunks, tiles = grid_.count();
    const dim block_index = item / chunks % blocks_, group = item / chunks / blocks_;
    const tile_block block {tiles * block_index / blocks_, tiles * (block_index + 1) / blocks_};
    const dim oc_blocks = ceil_div(layout_.padded_oc(), layout_.oc_block());
    const dim oc_begin = oc_blocks * chunk / chunks * layout_.oc_block();
    const dim oc_end = std::min(oc_blocks * (chunk + 1) / chunks * layout_.oc_block(), layout_.padded_oc());

    const void *weights = packed_group(layout_, args.weights, group);
    const std::byte *u = packed_payload(layout_, weights);
    const std::uint32_t parts = part_count(weights);
    transform_input(args, space, block, group);
    for (dim oc = oc_begin; oc < oc_end; oc += layout_.oc_block()) {
        const dim width = std::min(layout_.oc_block(), layout_.padded_oc() - oc);
        const channel_span of_dst {group * layout_.oc + oc, std::min(width, layout_.oc - oc)};
        const std::byte *u_block = u + oc * tile_.components() * layout_.padded_ic() * 2;
        dim ic = 0;
        for (std::uint32_t part = 0; part < parts; ++part) {
            const dim ic_end = part_end(weights, part);
            multiply_components(u_block, width, ic, ic_end, space, block.size());
            const bool first = part == 0, last = part + 1 == parts;
            transform_output(args, base, space, block, of_dst,
                    first && last ? part_kind::only
                    : first       ? part_kind::first
                    : last        ? part_kind::last
                                  : part_kind::middle);
            ic = ic_end;
        }
    }
}

void convolution::impl::transform_input(
        const run_args &args, const thread_space &space, tile_block block, dim group) const {
    const nhwc_strides strides = problem_.src_strides();
    auto at = grid_.at(block.begin);
    for (dim index = block.begin; index < block.end; ++index, grid_.advance(at)) {
        const dim y = at.row * tile_.rows.outputs() - problem_.pad_t;
        const dim x = at.col * tile_.cols.outputs() - problem_.pad_l;
        const dim offset = at.n * strides.n + y * strides.h + x * strides.w + group * layout_.ic;
        // The first pixel may lie outside the image, so its address is no pointer into it.
        const auto src = reinterpret_cast<std::uintptr_t>(args.src) + static_cast<std::uintptr_t>(offset);
        (*input_transforms_[grid_.kind_of(at)])({reinterpret_cast<const void *>(src),
                space.v + (index - block.begin) * space_.v_tile_stride, layout_.ic, args.src_zero_point});
    }
}

void convolution::impl::multiply_components(const std::byte *u, dim oc_width, dim ic_begin, dim ic_end,
        const thread_space &space, dim tiles) const {
    const tile_groups groups(tiles);
    const dim steps = (ic_end - ic_begin) / jit::multiply_step;
    for (dim c = 0; c < tile_.components(); ++c) {
        const std::byte *v = space.v + c * space_.v_component_stride + ic_begin * 2;
        std::byte *m = space.m + c * space_.m_component_stride;
        for (dim oc = 0; oc < oc_width; oc += layout_.oc_slice()) {
            const dim width = std::min(layout_.oc_slice(), oc_width - oc);
            const dim panel = layout_.padded_ic() * width * 2; // bytes of U: a slice of a component
            const std::byte *u_part = u + ic_begin * width * 2, *ahead = u_part + panel;
            for (dim g = 0; g < groups.count; ++g) {
                const int lines = groups.prefetch_lines(g, lines_of(width));
                (*multiplies_[groups.size(g)][width / lanes_][lines])(
                        {v + groups.begin(g) * space_.v_tile_stride, u_part,
                                m + groups.begin(g) * space_.m_tile_stride + oc * 4, steps, ahead});
                ahead += steps * jit::pairs_per_step * lines * 64;
            }
            u += panel;
        }
    }
}

void convolution::impl::transform_output(const run_args &args, const std::byte *base,
        const thread_space &space, tile_block block, channel_span of_dst, part_kind part) const {
    const dim element = static_cast<dim>(size_of(problem_.dst));
    const nhwc_strides strides = problem_.dst_strides();
    jit::output_transform_args a {};
    a.scale = reinterpret_cast<const float *>(base + space_.scale_offset) + of_dst.begin;
    a.bias = reinterpret_cast<const float *>(base + space_.bias_offset) + of_dst.begin;
    a.vectors = of_dst.count / lanes_;
    a.has_tail = of_dst.count % lanes_ != 0;
    a.inverse_dst_scale = problem_.dst_scale ? 1.f / *args.dst_scale : 1.f;
    a.dst_zero_point = static_cast<float>(args.dst_zero_point);
    const auto &kernels = output_transforms_[static_cast<int>(part)];
    auto at = grid_.at(block.begin);
    for (dim index = block.begin; index < block.end; ++index, grid_.advance(at)) {
        const dim y = at.row * tile_.rows.outputs(), x = at.col * tile_.cols.outputs();
        const dim offset = at.n * strides.n + y * strides.h + x * strides.w + of_dst.begin;
        a.m = space.m + (index - block.begin) * space_.m_tile_stride;
        a.partial = space.partial + (index - block.begin) * space_.partial_tile_stride;
        a.dst = static_cast<std::byte *>(args.dst) + offset * element;
        (*kernels[grid_.kind_of(at)])(a);
    }
}

convolution::convolution(const problem &p, const plan &chosen) : impl_(std::make_unique<impl>(p, chosen)) {}
convolution::~convolution() = default;

std::size_t convolution::scratchpad_bytes() const {
    return impl_->space_.total_bytes;
}

std::size_t scratchpad_bytes_for(const problem &p, const plan &chosen) {
    return workspace(p, chosen).total_bytes;
}

const char *convolution::execute(const run_args &args) const {
    const impl &i = *impl_;
    if (const char *reason = check_header(i.layout_, args.weights)) return reason;
    const std::uint64_t seen = block_checksum(i.layout_, args.weights)
                               ^ reinterpret_cast<std::uintptr_t>(args.weights) * 0x9e3779b97f4a7c15ull;
    if (i.verified_.load(std::memory_order_relaxed) != seen) {
        if (const char *reason = check_block(i.layout_, args.weights)) return reason;
        i.verified_.store(seen, std::memory_order_relaxed);
    }
    if (i.problem_.src_zero_point) {
        const bool u8 = i.problem_.src == data_type::u8;
        if (args.src_zero_point < (u8 ? 0 : -128) || args.src_zero_point > (u8 ? 255 : 127))
            return "the source zero point is outside the source data type";
    }

    std::byte *base = aligned(args.scratchpad);
    i.prepare_channels(args, base);
    const dim items = i.blocks_ * i.layout_.group_count() * i.plan_.oc_chunks;
    const int threads = std::min(i.plan_.threads, omp_get_max_threads());
#pragma omp parallel for num_threads(threads) schedule(static)
    for (dim item = 0; item < items; ++item) {
        std::byte *own = base + i.space_.threads_offset
                         + i.space_.thread_bytes * static_cast<std::size_t>(omp_get_thread_num());
        i.run_item(args, base,
                {own + i.space_.v_offset, own + i.space_.m_offset, own + i.space_.partial_offset}, item);
    }
    return nullptr;
}

} // namespace winodnn
