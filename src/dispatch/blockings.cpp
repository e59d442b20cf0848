#include "dispatch/blockings.hpp"

#include "dispatch/cost.hpp"
#include "plan/block_map.hpp"
#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

namespace {

// Multiples of the multiply kernel's register tile.
constexpr dim block_sizes[] = {fewest_tiles_of_block, 12, 18, 24, 36, 48, 72, 96};

class enumeration {
public:
    enumeration(const problem &p, const machine &m, const plan &base)
        : problem_(p), machine_(m), base_(base), one_tile_a_block_(p, in_blocks_of(1, base)),
          tiles_(one_tile_a_block_.tiles()),
          threads_a_group_(ceil_div(dim {m.threads}, one_tile_a_block_.layout().group_count())) {}

    std::vector<prediction> run() {
        const dim oc_blocks = one_tile_a_block_.oc_blocks();
        for (const dim size : block_sizes) {
            const dim blocks = ceil_div(tiles_, size);
            if (size > fewest_tiles_of_block && ceil_div(tiles_, blocks) * bytes_of_tile() > most_bytes())
                break;
            // Whole rounds of blocks, if there are enough of them, so that threads have equally much to do.
            add(std::min(round_up(blocks, threads_a_group_), tiles_), 1);
            for (const dim chunks : {ceil_div(threads_a_group_, blocks), threads_a_group_})
                add(blocks, std::min(chunks, oc_blocks));
            if (size >= tiles_) break; // larger ones are the same
        }
        std::ranges::stable_sort(found_, {}, &prediction::cycles);
        return std::move(found_);
    }

private:
    static plan in_blocks_of(dim tiles, plan base) {
        base.tiles_per_block = tiles;
        return base;
    }

    dim bytes_of_tile() const {
        return one_tile_a_block_.v_bytes_of_tile() + one_tile_a_block_.m_bytes_of_tile();
    }

    dim most_bytes() const {
        const auto l2 =
                static_cast<dim>(std::min(machine_.cache.l2, static_cast<std::size_t>(most_bytes_of_block)));
        const weights_layout &weights = one_tile_a_block_.layout();
        const bool streamed = weights.padded_oc() * weights.channel_bytes(base_.numbers) > l2 / 2;
        return std::min(l2 * (streamed ? most_l2_of_block_with_streamed_weights : most_l2_of_block),
                most_bytes_of_block);
    }

    void add(dim blocks, dim chunks) {
        plan chosen = in_blocks_of(ceil_div(tiles_, blocks), base_);
        chosen.oc_chunks = chunks;
        for (const prediction &other : found_)
            if (other.plan == chosen) return;
        found_.push_back(
                {chosen, winograd_cycles(problem_, machine_, chosen, one_tile_a_block_.cut_as(chosen))});
    }

    const problem &problem_;
    const machine &machine_;
    const plan &base_;
    const block_map one_tile_a_block_;
    const dim tiles_;
    const dim threads_a_group_;
    std::vector<prediction> found_;
};

} // namespace

std::vector<prediction> blockings(const problem &p, const machine &m, const plan &base) {
    return enumeration(p, m, base).run();
}

} // namespace winodnn
