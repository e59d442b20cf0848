#include "run/convolution.hpp"

#include "jit/input_transform/input_transform.hpp"
#include "jit/multiply/multiply.hpp"
#include "problem/limits.hpp"
#include "problem/rounding.hpp"
#include "run/output_stage.hpp"
#include "run/quantization.hpp"
#include "run/tile_grid.hpp"
#include "run/work.hpp"
#include "run/workspace.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace winodnn {

namespace {

using jit::part_kind;

std::byte *aligned(void *scratchpad) {
    const auto address = reinterpret_cast<std::uintptr_t>(scratchpad);
    return static_cast<std::byte *>(scratchpad) + (64 - address % 64) % 64;
}

// The groups that a block's tiles are multiplied in: as even as possible, because a group of one tile would
// run at a fraction of the rate.
struct tile_groups {
    tile_groups(const slot_range &tiles, dim repeats)
        : tiles_(tiles), repeats_(repeats), count(ceil_div(tiles.size(), dim {jit::most_tiles})) {}

    dim begin(dim group) const { return tiles_.begin + tiles_.size() * group / count; }
    dim size(dim group) const { return begin(group + 1) - begin(group); }
    // While one panel of weights is read, once for each group and repeat, the next one is brought into L2: so
    // many cache lines with each pair of channels, until all the `lines` of a pair are shared out.
    int prefetch_lines(dim group, dim repeat, dim lines) const {
        const dim share = ceil_div(lines, count * repeats_);
        return static_cast<int>((repeat * count + group) * share < lines ? share : 0);
    }

private:
    slot_range tiles_;
    dim repeats_;

public:
    const dim count;
};

// Cache lines of weights that a pair of input channels takes for so many output channels.
constexpr dim lines_of(dim oc_width) {
    return ceil_div(oc_width * 4, dim {64});
}

constexpr int most_vectors_of_slice = jit::most_vectors(most_lanes);
constexpr int most_lines_of_slice = static_cast<int>(lines_of(most_lanes * most_vectors_of_slice));

} // namespace

struct convolution::impl {
    impl(const problem &p, const plan &chosen, const class_quantizers &quantizers);

    void make_input_transforms();
    void make_multiplies();
    bool uses(bool bytes) const;
    std::vector<slot_range> multiplied_ranges() const;
    tile_block block_at(dim index) const;

    bool is_exact_for(dim largest_source, const packed_block &weights) const;
    bool run_item(const run_args &args, const std::byte *base, const thread_space &space, dim item) const;
    void transform_input(const run_args &args, const std::byte *base, const thread_space &space,
            tile_block block, dim group) const;
    void multiply_components(const std::byte *u, const std::int32_t *initial, dim oc_width, dim ic_begin,
            dim ic_end, const thread_space &space, const block_slots &slots) const;

    const problem problem_;
    const plan plan_;
    const tile &tile_;
    const weights_layout layout_;
    const workspace space_;
    const tile_grid grid_;
    const dim blocks_;
    const int lanes_;
    const dim channel_bytes_; // of U, one output channel's
    // Where in V and M the products of one component and one repeat are, how far apart V's terms, and whether
    // tiles of the smaller pieces have them too.
    struct product_place {
        dim v, m, v_terms;
        bool all_rows, all_cols;
    };
    std::vector<product_place> places_; // [component][repeat]

    // By tile_grid::kind_of.
    std::vector<std::shared_ptr<const jit::input_transform>> input_transforms_;
    // By whether they multiply bytes, then by tiles, vectors and prefetched lines.
    using multiplies_by_lines = std::array<std::shared_ptr<const jit::multiply>, most_lines_of_slice + 1>;
    using multiply_table =
            std::array<std::array<multiplies_by_lines, most_vectors_of_slice + 1>, jit::most_tiles + 1>;
    std::array<multiply_table, 2> multiplies_;
    const class_quantizers quantizers_;
    std::array<std::vector<jit::quantization_lanes>, tile_classes> quantization_; // as the kernel reads them
    const output_stage output_;
    // The largest magnitude of source values, minus zero points, with which all of V is in 16 bits.
    const dim most_source_;
};

convolution::impl::impl(const problem &p, const plan &chosen, const class_quantizers &quantizers)
    : problem_(p), plan_(chosen), tile_(tile_of(chosen.tile)), layout_(layout_for(p, chosen)),
      space_(p, chosen), grid_(make_grid(p, tile_, chosen.mixed)),
      blocks_(ceil_div(grid_.count(), chosen.tiles_per_block)), lanes_(jit::traits_of(chosen.isa).lanes()),
      channel_bytes_(layout_.channel_bytes(chosen.numbers)), quantizers_(quantizers),
      output_(problem_, plan_, space_, grid_),
      most_source_(largest_source(pieces_of(p, tile_, chosen.mixed))) {
    for (int k = 0; k < tile_classes; ++k)
        for (const component_quantizer &q : quantizers_[k]) {
            quantization_[k].emplace_back();
            quantization_[k].back().multiplier.fill(q.multiplier);
            quantization_[k].back().zero_point.fill(q.zero_point);
        }
    for (int c = 0; c < tile_.components(); ++c)
        for (int r = 0; r < tile_.repeats(); ++r) {
            const auto v_at = [&](int plane) { return space_.v_planes.offset(tile_, chosen.numbers, plane); };
            const int plane = tile_.v_plane(c, r);
            const dim terms = tile_.terms() > 1 ? v_at(plane + tile_.v_term_planes()) - v_at(plane) : 0;
            const int m = tile_.m_plane(c, r), width = tile_.cols.output.cols();
            const auto all_have = [](const cover &along, int m_plane) {
                return along.small == nullptr || along.small->has_m(m_plane);
            };
            places_.push_back({v_at(plane), m * space_.m_plane_stride, terms,
                    all_have(grid_.rows.covered, m / width), all_have(grid_.cols.covered, m % width)});
        }
    make_input_transforms();
    make_multiplies();
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
    config.numbers = plan_.numbers;
    config.planes = space_.v_planes;
    for (const auto &row : grid_.rows.kinds)
        for (const auto &col : grid_.cols.kinds) {
            config.rows = row.inputs;
            config.cols = col.inputs;
            config.row_piece = row.of->outputs();
            config.col_piece = col.of->outputs();
            input_transforms_.push_back(jit::get_input_transform(config));
        }
}

void convolution::impl::make_multiplies() {
    const dim slice = layout_.oc_slice();
    for (const slot_range &tiles : multiplied_ranges())
        for (const dim width : {std::min(slice, layout_.padded_oc()), layout_.padded_oc() % slice}) {
            if (width == 0) continue;
            const int vectors = static_cast<int>(width / lanes_);
            const tile_groups groups(tiles, tile_.repeats());
            for (dim call = 0; call < groups.count * tile_.repeats(); ++call) {
                const dim group = call % groups.count;
                const int count = static_cast<int>(groups.size(group));
                const int lines = groups.prefetch_lines(group, call / groups.count, lines_of(width));
                jit::multiply_config config {plan_.isa, count, vectors, 0, space_.m_tile_stride, lines, false,
                        plan_.numbers.quantized};
                for (const bool bytes : {false, true}) {
                    if (!uses(bytes)) continue;
                    auto &kernel = multiplies_[bytes][count][vectors][lines];
                    if (kernel != nullptr) continue;
                    config.bytes = bytes;
                    config.v_tile_stride = space_.v_tile_stride / (bytes ? 2 : 1);
                    kernel = jit::get_multiply(config);
                }
            }
        }
}

// Of all blocks, the ranges of tiles that take part in a plane, of each size one.
std::vector<slot_range> convolution::impl::multiplied_ranges() const {
    std::vector<slot_range> ranges;
    for (dim b = 0; b < blocks_; ++b) {
        const block_slots slots = grid_.slots_of(block_at(b));
        for (const product_place &place : places_) {
            const slot_range range = slots.with(place.all_rows, place.all_cols);
            const auto same_size = [&](const slot_range &r) { return r.size() == range.size(); };
            if (range.size() > 0 && std::ranges::none_of(ranges, same_size)) ranges.push_back(range);
        }
    }
    return ranges;
}

tile_block convolution::impl::block_at(dim index) const {
    const dim tiles = grid_.count();
    return {tiles * index / blocks_, tiles * (index + 1) / blocks_};
}

// Whether there are components of bytes, or of s16.
bool convolution::impl::uses(bool bytes) const {
    for (int c = 0; c < tile_.components(); ++c)
        if (plan_.numbers.is_wide(c) != bytes) return true;
    return false;
}

// A block of tiles, a group and a chunk of its blocks of output channels.
bool convolution::impl::run_item(
        const run_args &args, const std::byte *base, const thread_space &space, dim item) const {
    const dim chunks = plan_.oc_chunks, chunk = item % chunks, group = item / chunks / blocks_;
    const tile_block block = block_at(item / chunks % blocks_);
    const block_slots slots = grid_.slots_of(block);
    const dim oc_blocks = ceil_div(layout_.padded_oc(), layout_.oc_block());
    const dim oc_begin = oc_blocks * chunk / chunks * layout_.oc_block();
    const dim oc_end = std::min(oc_blocks * (chunk + 1) / chunks * layout_.oc_block(), layout_.padded_oc());

    const void *weights = packed_group(layout_, args.weights.data, group);
    const std::byte *u = packed_payload(layout_, weights);
    const std::uint32_t parts = part_count(weights);
    transform_input(args, base, space, block, group);
    for (dim oc = oc_begin; oc < oc_end; oc += layout_.oc_block()) {
        const dim width = std::min(layout_.oc_block(), layout_.padded_oc() - oc);
        const channel_span of_dst {group * layout_.oc + oc, std::min(width, layout_.oc - oc)};
        const std::byte *u_block = u + oc * channel_bytes_;
        const auto *initial =
                reinterpret_cast<const std::int32_t *>(base + space_.initial_sums_offset) + of_dst.begin;
        dim ic = 0;
        for (std::uint32_t part = 0; part < parts; ++part) {
            const dim ic_end = part_end(weights, part);
            multiply_components(u_block, initial, width, ic, ic_end, space, slots);
            const bool first = part == 0, last = part + 1 == parts;
            const part_kind kind = first && last ? part_kind::only
                                   : first       ? part_kind::first
                                   : last        ? part_kind::last
                                                 : part_kind::middle;
            if (!output_.run(args, base, space, block, of_dst, kind)) return false;
            ic = ic_end;
        }
    }
    return true;
}

void convolution::impl::transform_input(const run_args &args, const std::byte *base,
        const thread_space &space, tile_block block, dim group) const {
    const nhwc_strides strides = problem_.src_strides();
    const auto *zero_points =
            reinterpret_cast<const std::int16_t *>(base + space_.src_zero_points_offset) + group * layout_.ic;
    block_slots slots = grid_.slots_of(block);
    auto at = grid_.at(block.begin);
    for (dim index = block.begin; index < block.end; ++index, grid_.advance(at)) {
        const tile_class of = grid_.class_of(at);
        const dim y = grid_.rows.covered.first_output(at.row) - problem_.pad_t;
        const dim x = grid_.cols.covered.first_output(at.col) - problem_.pad_l;
        const dim offset = at.n * strides.n + y * strides.h + x * strides.w + group * layout_.ic;
        // The first pixel may lie outside the image, so its address is no pointer into it.
        const auto src = reinterpret_cast<std::uintptr_t>(args.src) + static_cast<std::uintptr_t>(offset);
        (*input_transforms_[grid_.kind_of(at)])({reinterpret_cast<const void *>(src), space.v,
                slots.first[of]++ * layout_.padded_ic(), layout_.ic, zero_points, quantization_[of].data()});
    }
}

void convolution::impl::multiply_components(const std::byte *u, const std::int32_t *initial, dim oc_width,
        dim ic_begin, dim ic_end, const thread_space &space, const block_slots &slots) const {
    const number_system &numbers = plan_.numbers;
    const int repeats = tile_.repeats();
    const dim initial_stride = static_cast<dim>(space_.per_oc_stride / sizeof(*initial));
    for (int c = 0; c < tile_.components(); ++c, initial += initial_stride) {
        const dim bytes = numbers.bytes(c), v_tile_stride = space_.v_tile_stride / 2 * bytes;
        const dim part = (ic_end - ic_begin) * bytes; // of V's channels, and of U's for each output channel
        for (dim oc = 0; oc < oc_width; oc += layout_.oc_slice()) {
            const dim width = std::min(layout_.oc_slice(), oc_width - oc);
            const dim term = layout_.padded_ic() * bytes * width; // of U
            jit::multiply_args args {};
            args.u = u + ic_begin * bytes * width;
            args.steps = part / (jit::groups_per_step * 4);
            args.terms = tile_.terms();
            args.u_jump = term - part * width;
            args.initial = initial + oc;
            u += args.terms * term;
            const std::byte *ahead = u + ic_begin * bytes * width;
            for (int repeat = 0; repeat < repeats; ++repeat) {
                const product_place &place = places_[static_cast<std::size_t>(c) * repeats + repeat];
                const slot_range tiles = slots.with(place.all_rows, place.all_cols);
                const tile_groups groups(tiles, repeats);
                const std::byte *v = space.v + place.v + ic_begin * bytes;
                std::byte *m = space.m + place.m + oc * 4;
                args.v_jump = place.v_terms - part;
                for (dim g = 0; g < groups.count; ++g) {
                    const int lines = groups.prefetch_lines(g, repeat, lines_of(width));
                    args.v = v + groups.begin(g) * v_tile_stride;
                    args.m = m + groups.begin(g) * space_.m_tile_stride;
                    args.prefetch = ahead;
                    (*multiplies_[bytes == 1][groups.size(g)][width / lanes_][lines])(args);
                    ahead += args.terms * args.steps * jit::groups_per_step * lines * 64;
                }
            }
        }
    }
}

convolution::convolution(const problem &p, const plan &chosen, const class_quantizers &quantizers)
    : impl_(std::make_unique<impl>(p, chosen, quantizers)) {}
convolution::convolution(convolution &&) noexcept = default;
convolution::~convolution() = default;

std::size_t convolution::scratchpad_bytes() const {
    return impl_->space_.total_bytes;
}

std::vector<dim> stage_sizes_for(const problem &p, const plan &chosen) {
    const workspace space(p, chosen);
    if (!space.stages) return {};
    const dim tiles = make_grid(p, tile_of(chosen.tile), chosen.mixed).count();
    const dim blocks = ceil_div(tiles, chosen.tiles_per_block);
    const dim values = space.partial_tile_stride / dim {sizeof(float)};
    // Blocks are even but for one tile.
    std::vector<dim> sizes {tiles / blocks * values};
    if (tiles % blocks != 0) sizes.push_back(sizes[0] + values);
    return sizes;
}

std::size_t scratchpad_bytes_for(const problem &p, const plan &chosen) {
    return workspace(p, chosen).total_bytes;
}

std::size_t workspace_bytes_for(const problem &p, const plan &chosen) {
    return workspace(p, chosen).thread_bytes;
}

// Zero points inside the source data type are what the layout's proof is made for. Others may still be
// within what 16 bits hold and what these weights leave room for: every accumulator of a part is at most the
// largest source value times the sum of the weights' magnitudes.
bool convolution::impl::is_exact_for(dim largest_source, const packed_block &weights) const {
    if (largest_source <= std::max<dim>(layout_.source.hi, -layout_.source.lo)) return true;
    return !plan_.numbers.quantized && largest_source <= most_source_
           && weights.largest_sum < ceil_div(accumulator_limit(tile_), largest_source);
}

run_result convolution::execute(const run_args &args, const thread_team &team) const {
    const impl &i = *impl_;
    std::byte *base = aligned(args.scratchpad);
    if (!i.is_exact_for(prepare_src_zero_points(i.problem_, i.space_, args, base), args.weights))
        return run_result::beyond_proof;
    prepare_quantization(i.problem_, i.space_, args, base);
    prepare_components(i.layout_, i.quantizers_, i.space_, args.weights, base);
    const dim items = i.blocks_ * i.layout_.group_count() * i.plan_.oc_chunks;
    const int parts = static_cast<int>(std::min<dim>(items, std::min(i.plan_.threads, team.size())));
    std::atomic<bool> failed {false};
    // Each part has a share of the items that lie together, and a scratchpad of its own.
    team.run(parts, [&](int part) {
        std::byte *own =
                base + i.space_.threads_offset + i.space_.thread_bytes * static_cast<std::size_t>(part);
        const thread_space space {
                own + i.space_.v_offset, own + i.space_.m_offset, own + i.space_.partial_offset};
        for (dim item = items * part / parts; item < items * (part + 1) / parts; ++item)
            if (!i.run_item(args, base, space, item)) failed.store(true, std::memory_order_relaxed);
    });
    return failed.load(std::memory_order_relaxed) ? run_result::stage_failed : run_result::computed;
}

} // namespace winodnn
