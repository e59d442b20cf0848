// How the work of one convolution is cut and shared: blocks of tiles, chunks of output channels, the items of
// work that threads take, and what an item reads and writes. Whoever has to agree about that asks here: the
// cost model, the enumeration of plans, the scratchpad's layout and the execution.
#pragma once

#include "plan/plan.hpp"
#include "winograd/tile_classes.hpp"

#include <array>

namespace winodnn {

// Consecutive tiles that are transformed, multiplied and transformed back together.
struct tile_block {
    dim begin, end;
    dim size() const { return end - begin; }
};

// Output channels of one group, counted with the padding to whole vectors.
struct channel_range {
    dim begin, end;
    dim size() const { return end - begin; }
};

// A block of tiles with a chunk of a group's output channels.
struct work_item {
    dim group;
    tile_block tiles;
    channel_range channels;
};

struct item_range {
    dim begin, end;
    dim size() const { return end - begin; }
};

// Cheap to make: no allocation, nothing that grows with the image. The cost model makes one for each
// candidate.
class block_map {
public:
    block_map(const problem &p, const plan &chosen);
    // The same tiles and bands in the blocks and chunks of another plan.
    block_map cut_as(const plan &chosen) const;

    const weights_layout &layout() const { return layout_; }
    const cover &rows() const { return rows_; }
    const cover &cols() const { return cols_; }
    const class_pieces &pieces() const { return pieces_; }

    // Tiles of the whole batch, in blocks that are even but for one tile. Where the plan has bands, that is
    // so within each: so many rows of tiles of an image, of which the last band can have fewer.
    dim tiles() const { return tiles_; }
    dim blocks() const { return bands() * blocks_of_band_; }
    tile_block block(dim index) const;
    dim smallest_block() const { return smallest_band() / blocks_of_band_; }
    dim largest_block() const;
    std::array<dim, 4> block_sizes() const; // all that there are, some of them twice

    dim bands_of_image() const { return bands_of_image_; }
    item_range rows_of_band(dim band) const; // of tiles
    item_range blocks_of_band(dim image, dim band) const;

    // Output channels of a group are multiplied and transformed back in blocks of layout().oc_block(); whole
    // blocks make a chunk.
    dim oc_blocks() const;
    dim chunks() const { return chunks_; }

    dim items() const { return blocks() * layout_.group_count() * chunks_; }
    work_item item(dim index) const;
    // Tasks for a team of so many threads, at most one each, and the neighbouring items of each task.
    int tasks(int threads) const;
    item_range share(int task, int tasks) const;
    // Of the thread that has most.
    dim most_items(int threads) const;

    // Bytes of V and M of one tile: of all planes, M of one block of output channels; V as if all were of
    // s16.
    dim v_bytes_of_tile() const;
    dim m_bytes_of_tile() const;

private:
    dim bands() const { return images_ * bands_of_image_; }
    dim smallest_band() const;
    dim largest_band() const { return rows_of_band_ * tiles_of_row_; }

    const weights_layout layout_;
    const cover rows_, cols_;
    const class_pieces pieces_;
    const dim tiles_;
    // Without bands all is one: an image of one band whose rows are all rows of the batch.
    const dim images_, rows_of_image_, tiles_of_row_, rows_of_band_, bands_of_image_;
    dim blocks_of_band_, chunks_;
};

} // namespace winodnn
