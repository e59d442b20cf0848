#include "run/multiply_stage.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

constexpr dim cache_line = 64;

// Of weights that a pair of input channels (four, of 8 bits) takes for so many output channels.
dim lines_of(dim oc_width) {
    return ceil_div(oc_width * 4, cache_line);
}

// The register tiles that a range of tiles is multiplied in: as even as possible, because one of a single
// tile would run at a fraction of the rate.
class register_tiles {
public:
    register_tiles(const slot_range &tiles, dim repeats, int most_tiles)
        : tiles_(tiles), repeats_(repeats), count_(ceil_div(tiles.size(), dim {most_tiles})) {}

    dim count() const { return count_; }
    dim begin(dim index) const { return tiles_.begin + tiles_.size() * index / count_; }
    dim size(dim index) const { return begin(index + 1) - begin(index); }
    // While one panel of weights is read, once for each register tile and repeat, the next one is brought
    // into L2: so many cache lines with each pair of channels, until all the `lines` of a pair are shared
    // out.
    int prefetch_lines(dim index, dim repeat, dim lines) const {
        const dim share = ceil_div(lines, count_ * repeats_);
        return static_cast<int>((repeat * count_ + index) * share < lines ? share : 0);
    }

private:
    const slot_range tiles_;
    const dim repeats_, count_;
};

} // namespace

multiply_stage::multiply_stage(const blueprint &b)
    : blueprint_(b), registers_(register_tile_of(b.plan.isa)), places_(places()) {
    make_kernels();
}

std::vector<multiply_stage::product_place> multiply_stage::places() const {
    const tile &t = blueprint_.tile;
    const auto v_at = [&](int plane) {
        return blueprint_.workspace.v_planes.offset(t, blueprint_.plan.numbers, plane);
    };
    std::vector<product_place> found;
    for (int c = 0; c < t.components(); ++c)
        for (int r = 0; r < t.repeats(); ++r) {
            const int v = t.v_plane(c, r), m = t.m_plane(c, r);
            const dim terms = t.terms() > 1 ? v_at(v + t.v_term_planes()) - v_at(v) : 0;
            found.push_back({v_at(v), m * blueprint_.workspace.m_plane_stride, terms,
                    classes_with(blueprint_.map.pieces(), m)});
        }
    return found;
}

// Whether there are components of bytes, or of s16.
bool multiply_stage::multiplies(bool bytes) const {
    for (int c = 0; c < blueprint_.tile.components(); ++c)
        if (blueprint_.plan.numbers.is_wide(c) != bytes) return true;
    return false;
}

// Of all blocks, the ranges of tiles that take part in a plane, of each size one.
std::vector<slot_range> multiply_stage::multiplied_ranges() const {
    std::vector<slot_range> ranges;
    for (dim index = 0; index < blueprint_.map.blocks(); ++index) {
        const block_slots slots = blueprint_.grid.slots_of(blueprint_.map.block(index));
        for (const product_place &place : places_) {
            const slot_range range = slots.range_of(place.classes);
            const auto same_size = [&](const slot_range &r) { return r.size() == range.size(); };
            if (range.size() > 0 && std::ranges::none_of(ranges, same_size)) ranges.push_back(range);
        }
    }
    return ranges;
}

std::size_t multiply_stage::index_of(bool bytes, dim tiles, dim vectors, int lines) const {
    const dim most_lines = lines_of(registers_.oc_width());
    const dim index =
            ((bytes * (registers_.tiles + 1) + tiles) * (registers_.vectors + 1) + vectors) * (most_lines + 1)
            + lines;
    return static_cast<std::size_t>(index);
}

void multiply_stage::make_kernels() {
    const int most_lines = static_cast<int>(lines_of(registers_.oc_width()));
    kernels_.resize(index_of(true, registers_.tiles, registers_.vectors, most_lines) + 1);
    const dim slice = blueprint_.layout.oc_slice(), padded_oc = blueprint_.layout.padded_oc();
    for (const slot_range &tiles : multiplied_ranges())
        for (const dim width : {std::min(slice, padded_oc), padded_oc % slice})
            if (width > 0) make_kernels(tiles, width);
}

void multiply_stage::make_kernels(const slot_range &tiles, dim oc_width) {
    const dim vectors = oc_width / registers_.lanes, repeats = blueprint_.tile.repeats();
    const register_tiles calls(tiles, repeats, registers_.tiles);
    for (dim repeat = 0; repeat < repeats; ++repeat)
        for (dim call = 0; call < calls.count(); ++call) {
            const int lines = calls.prefetch_lines(call, repeat, lines_of(oc_width));
            for (const bool bytes : {false, true}) {
                if (!multiplies(bytes)) continue;
                auto &kernel = kernels_[index_of(bytes, calls.size(call), vectors, lines)];
                if (kernel != nullptr) continue;
                kernel = jit::get_multiply({blueprint_.plan.isa, static_cast<int>(calls.size(call)),
                        static_cast<int>(vectors), blueprint_.workspace.v_tile_stride / (bytes ? 2 : 1),
                        blueprint_.workspace.m_tile_stride, lines, bytes,
                        blueprint_.plan.numbers.quantized || bytes});
            }
        }
}

void multiply_stage::run(const block_in_work &block, const weights_in_work &weights) const {
    const number_system &numbers = blueprint_.plan.numbers;
    const std::int32_t *initial = weights.initial_sums;
    const std::byte *u = weights.u;
    for (int c = 0; c < blueprint_.tile.components(); ++c) {
        const dim value_bytes = numbers.bytes(c);
        const dim part_bytes = (weights.ic_end - weights.ic_begin) * value_bytes; // a tile's, or a channel's
        for (dim oc = 0; oc < weights.oc_width; oc += blueprint_.layout.oc_slice()) {
            const dim width = std::min(blueprint_.layout.oc_slice(), weights.oc_width - oc);
            const dim term_bytes = blueprint_.layout.padded_ic() * value_bytes * width; // of U
            jit::multiply_args args {};
            args.u = u + weights.ic_begin * value_bytes * width;
            args.steps = part_bytes / (ic_groups_per_step * 4);
            args.terms = blueprint_.tile.terms();
            args.u_jump = term_bytes - part_bytes * width;
            args.initial = initial + oc;
            u += args.terms * term_bytes;
            args.prefetch = u + weights.ic_begin * value_bytes * width; // of the next slice or component
            multiply_slice(block, c, args, oc, width, weights.ic_begin);
        }
        initial += blueprint_.workspace.per_oc_stride / sizeof(*initial);
    }
}

// One component's panel of weights with all tiles that have the component. Of args, V, M, and how V's terms
// lie, are set here.
void multiply_stage::multiply_slice(const block_in_work &block, int component, jit::multiply_args args,
        dim oc, dim width, dim ic_begin) const {
    const dim value_bytes = blueprint_.plan.numbers.bytes(component);
    const dim v_tile_stride = blueprint_.workspace.v_tile_stride / 2 * value_bytes;
    const dim part_bytes = args.steps * (ic_groups_per_step * 4);
    const int repeats = blueprint_.tile.repeats();
    const auto *ahead = static_cast<const std::byte *>(args.prefetch);
    for (int repeat = 0; repeat < repeats; ++repeat) {
        const product_place &place = places_[static_cast<std::size_t>(component) * repeats + repeat];
        const register_tiles calls(block.slots.range_of(place.classes), repeats, registers_.tiles);
        const std::byte *v = block.space.v + place.v + ic_begin * value_bytes;
        std::byte *m = block.space.m + place.m + oc * 4;
        args.v_jump = place.v_terms - part_bytes;
        for (dim call = 0; call < calls.count(); ++call) {
            const int lines = calls.prefetch_lines(call, repeat, lines_of(width));
            args.v = v + calls.begin(call) * v_tile_stride;
            args.m = m + calls.begin(call) * blueprint_.workspace.m_tile_stride;
            args.prefetch = ahead;
            (*kernels_[index_of(value_bytes == 1, calls.size(call), width / registers_.lanes, lines)])(args);
            ahead += args.terms * args.steps * ic_groups_per_step * lines * cache_line;
        }
    }
}

} // namespace winodnn
