#include "plan/block_map.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

block_map::block_map(const problem &p, const plan &chosen)
    : layout_(layout_for(p, chosen)), rows_(cover_of(layout_.shape().row_pieces, p.rows(), !chosen.mixed)),
      cols_(cover_of(layout_.shape().col_pieces, p.cols(), !chosen.mixed)),
      pieces_(pieces_of(layout_.shape(), rows_, cols_)), tiles_(p.mb * rows_.count() * cols_.count()),
      blocks_(ceil_div(tiles_, chosen.tiles_per_block)), chunks_(chosen.oc_chunks) {}

block_map block_map::cut_as(const plan &chosen) const {
    block_map cut = *this;
    cut.blocks_ = ceil_div(tiles_, chosen.tiles_per_block);
    cut.chunks_ = chosen.oc_chunks;
    return cut;
}

tile_block block_map::block(dim index) const {
    return {tiles_ * index / blocks_, tiles_ * (index + 1) / blocks_};
}

dim block_map::largest_block() const {
    return ceil_div(tiles_, blocks_);
}

dim block_map::oc_blocks() const {
    return ceil_div(layout_.padded_oc(), layout_.oc_block());
}

// Chunks of one block of tiles are neighbours: a thread that has several of them finds V in its cache.
work_item block_map::item(dim index) const {
    const dim chunk = index % chunks_, block_of_tiles = index / chunks_ % blocks_;
    const auto first_channel = [&](dim c) {
        return std::min(oc_blocks() * c / chunks_ * layout_.oc_block(), layout_.padded_oc());
    };
    return {index / chunks_ / blocks_, block(block_of_tiles),
            {first_channel(chunk), first_channel(chunk + 1)}};
}

int block_map::parts(int threads) const {
    return static_cast<int>(std::min<dim>(items(), threads));
}

item_range block_map::share(int part, int parts) const {
    return {items() * part / parts, items() * (part + 1) / parts};
}

dim block_map::most_items(int threads) const {
    return ceil_div(items(), dim {threads});
}

dim block_map::v_bytes_of_tile() const {
    return layout_.shape().v_planes() * layout_.padded_ic() * 2;
}

dim block_map::m_bytes_of_tile() const {
    return layout_.shape().m_planes() * layout_.oc_block() * 4;
}

} // namespace winodnn
