#include "plan/block_map.hpp"

#include "problem/rounding.hpp"

#include <algorithm>

namespace winodnn {

block_map::block_map(const problem &p, const plan &chosen)
    : layout_(layout_for(p, chosen)), rows_(cover_of(layout_.shape().row_pieces, p.rows(), !chosen.mixed)),
      cols_(cover_of(layout_.shape().col_pieces, p.cols(), !chosen.mixed)),
      pieces_(pieces_of(layout_.shape(), rows_, cols_)), tiles_(p.mb * rows_.count() * cols_.count()),
      images_(chosen.rows_per_band == 0 ? 1 : p.mb), rows_of_image_(p.mb / images_ * rows_.count()),
      tiles_of_row_(cols_.count()),
      rows_of_band_(
              chosen.rows_per_band == 0 ? rows_of_image_ : std::min(chosen.rows_per_band, rows_of_image_)),
      bands_of_image_(ceil_div(rows_of_image_, rows_of_band_)),
      blocks_of_band_(ceil_div(rows_of_band_ * tiles_of_row_, chosen.tiles_per_block)),
      chunks_(chosen.oc_chunks) {}

block_map block_map::cut_as(const plan &chosen) const {
    block_map cut = *this;
    cut.blocks_of_band_ = ceil_div(rows_of_band_ * tiles_of_row_, chosen.tiles_per_block);
    cut.chunks_ = chosen.oc_chunks;
    return cut;
}

tile_block block_map::block(dim index) const {
    const dim block_of_band = index % blocks_of_band_, band = index / blocks_of_band_;
    const dim image = band / bands_of_image_, first_row = band % bands_of_image_ * rows_of_band_;
    const dim begin = (image * rows_of_image_ + first_row) * tiles_of_row_;
    const dim tiles = std::min(rows_of_band_, rows_of_image_ - first_row) * tiles_of_row_;
    return {begin + tiles * block_of_band / blocks_of_band_,
            begin + tiles * (block_of_band + 1) / blocks_of_band_};
}

dim block_map::largest_block() const {
    return ceil_div(largest_band(), blocks_of_band_);
}

dim block_map::smallest_band() const {
    return (rows_of_image_ - (bands_of_image_ - 1) * rows_of_band_) * tiles_of_row_;
}

std::array<dim, 4> block_map::block_sizes() const {
    return {largest_block(), largest_band() / blocks_of_band_, ceil_div(smallest_band(), blocks_of_band_),
            smallest_block()};
}

item_range block_map::rows_of_band(dim band) const {
    return {band * rows_of_band_, std::min((band + 1) * rows_of_band_, rows_of_image_)};
}

item_range block_map::blocks_of_band(dim image, dim band) const {
    const dim first = (image * bands_of_image_ + band) * blocks_of_band_;
    return {first, first + blocks_of_band_};
}

dim block_map::oc_blocks() const {
    return ceil_div(layout_.padded_oc(), layout_.oc_block());
}

// Chunks of one block of tiles are neighbours: a thread that has several of them finds V in its cache.
work_item block_map::item(dim index) const {
    const dim chunk = index % chunks_, block_of_tiles = index / chunks_ % blocks();
    const auto first_channel = [&](dim c) {
        return std::min(oc_blocks() * c / chunks_ * layout_.oc_block(), layout_.padded_oc());
    };
    return {index / chunks_ / blocks(), block(block_of_tiles),
            {first_channel(chunk), first_channel(chunk + 1)}};
}

int block_map::tasks(int threads) const {
    return static_cast<int>(std::min<dim>(items(), threads));
}

item_range block_map::share(int task, int tasks) const {
    return {items() * task / tasks, items() * (task + 1) / tasks};
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
