#include "dispatch/candidates.hpp"

#include "dispatch/cost.hpp"
#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

constexpr dim block_sizes[] = {12, 18, 24, 36, 48, 72, 96};

// V of a block that is several times as large as L2 is written to and read from memory. (It also keeps V
// within the reach of 32-bit displacements.)
constexpr dim most_l2_of_v = 4;

// All plans with one tile, the fitting one first.
class enumeration {
public:
    enumeration(const problem &p, const machine &m, const prediction &fitting, std::vector<prediction> &found)
        : problem_(p), machine_(m), fitting_(fitting), found_(found), first_(found.size()) {}

    void run() {
        const plan &fitting = fitting_.how;
        found_.push_back(fitting_);
        const weights_layout layout = layout_for(problem_, fitting);
        const winodnn::tile &t = layout.shape();
        if (has_smaller_pieces(t)) {
            plan whole = fitting;
            whole.mixed = false;
            add(whole);
        }
        const dim tiles = tile_count(problem_, fitting.tile);
        const dim chunks = std::min(ceil_div(dim {machine_.threads}, layout.group_count()),
                ceil_div(layout.padded_oc(), layout.oc_block()));
        const dim v_of_tile = t.v_planes() * layout.padded_ic() * 2;
        for (const dim size : block_sizes) {
            if (size * v_of_tile > most_l2_of_v * static_cast<dim>(machine_.l2_bytes)) break;
            add(with_blocks(fitting, problem_, size));
            plan shared = fitting;
            shared.tiles_per_block = ceil_div(tiles, ceil_div(tiles, size));
            shared.oc_chunks = chunks;
            add(shared);
            if (size >= tiles) break; // larger ones are the same
        }
    }

private:
    bool has_smaller_pieces(const winodnn::tile &t) const {
        return cover_of(t.row_pieces, problem_.oh, false).small_count > 0
               || cover_of(t.col_pieces, problem_.ow, false).small_count > 0;
    }

    void add(const plan &how) {
        for (std::size_t i = first_; i < found_.size(); ++i)
            if (found_[i].how == how) return;
        // The model does not see what blocks do to the caches, the rule that sizes the fitting ones does:
        // they are not to lose to others by a prediction.
        found_.push_back({how, std::max(winograd_cycles(problem_, machine_, how), fitting_.cycles)});
    }

    const problem &problem_;
    const machine &machine_;
    const prediction fitting_;
    std::vector<prediction> &found_;
    const std::size_t first_; // of this tile
};

} // namespace

std::vector<prediction> candidates(const problem &p, const machine &m, double within) {
    std::vector<prediction> fitting, found;
    fitting.reserve(all_tiles().size());
    found.reserve(64);
    for (const tile_id tile : all_tiles()) {
        if (!serves(tile, p)) continue;
        const plan how = plan_with_tile(p, m, tile);
        fitting.push_back({how, winograd_cycles(p, m, how)});
    }
    const double least = fitting.empty() ? 0 : std::ranges::min(fitting, {}, &prediction::cycles).cycles;
    for (const prediction &tile : fitting)
        if (tile.cycles <= within * least) enumeration(p, m, tile, found).run();
    std::ranges::stable_sort(found, {}, &prediction::cycles);
    return found;
}

} // namespace winodnn
