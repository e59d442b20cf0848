#include "dispatch/candidates.hpp"

#include "dispatch/cost.hpp"
#include "winograd/cover.hpp"
#include "winograd/exact_bytes.hpp"

#include <algorithm>

namespace winodnn {

namespace {

bool has_smaller_pieces(const tile &t, const problem &p) {
    return cover_of(t.row_pieces, p.rows(), false).small_count > 0
           || cover_of(t.col_pieces, p.cols(), false).small_count > 0;
}

// All plans with one tile, that of the best blocking first.
std::vector<prediction> plans_with(const problem &p, const machine &m, const plan &base) {
    std::vector<prediction> all = blockings(p, m, base);
    if (has_smaller_pieces(tile_of(base.tile), p)) {
        plan whole = all.front().plan;
        whole.mixed = false;
        all.push_back({whole, winograd_cycles(p, m, whole)});
    }
    return all;
}

} // namespace

std::optional<plan> promised_base(const problem &p, const machine &m, tile_id tile) {
    if (p.source_bits == 8) return {};
    plan base {.tile = tile, .isa = m.isa, .source_bits = p.source_bits, .threads = m.threads};
    const weights_layout layout = layout_for(p, base);
    if (growth_of(layout) > m.max_weights_growth) return {};
    base.numbers.bytes_exactly = byte_components(layout.shape(), layout.promised_source(), p.weights_bits);
    if (base.numbers.bytes_exactly.empty()) return {};
    return base;
}

std::vector<prediction> candidates(const problem &p, const machine &m, double within) {
    std::vector<std::vector<prediction>> by_tile;
    by_tile.reserve(all_tiles().size());
    for (const tile_id tile : all_tiles())
        if (serves(tile, p) && is_within_growth(tile, p, m)) {
            by_tile.push_back(plans_with(p, m, {.tile = tile, .isa = m.isa, .threads = m.threads}));
            if (const std::optional<plan> promised = promised_base(p, m, tile))
                by_tile.push_back(plans_with(p, m, *promised));
        }
    std::vector<prediction> found;
    if (by_tile.empty()) return found;
    const auto best = [](const std::vector<prediction> &plans) { return plans.front().cycles; };
    const double most = within * best(*std::ranges::min_element(by_tile, {}, best));
    for (const std::vector<prediction> &plans : by_tile)
        if (best(plans) <= most) found.insert(found.end(), plans.begin(), plans.end());
    std::ranges::stable_sort(found, {}, &prediction::cycles);
    return found;
}

} // namespace winodnn
