// How a convolution is run.
#pragma once

#include "isa/isa.hpp"
#include "problem/problem.hpp"
#include "weights/weights_layout.hpp"
#include "winograd/tile.hpp"

namespace winodnn {

struct plan {
    tile_id tile = tile_id::f4x4;
    winodnn::isa isa = isa::avx2;
    dim tiles_per_block = 0;  // tiles that one work item transforms, multiplies and transforms back
    dim oc_chunks = 1;        // work items that share a block of tiles, each with its own output channels
    number_system numbers {}; // of the multiplies
    bool calibrated = false;  // of the weights' layout: whether they can be quantized at all
    int source_bits = 8;      // that the source is promised to have; fewer: some components are in 8 bits
    bool mixed = true;        // smaller pieces where whole tiles would stick out of the image
    int threads = 1;          // the most that execution uses; the scratchpad is sized for it
    dim rows_per_band = 0;    // rows of tiles of which no block reaches beyond; 0: blocks don't end with rows

    bool operator==(const plan &) const = default;
};

// Where u8 components saturate: 255, or 127 without VNNI.
int narrow_limit_of(isa i);

// wino:f4x4:s16:avx512_core_vnni; s8 for calibrated weights, of which some components can be in s16, exact8
// for those of which some are exact in 8 bits, because the source is promised to be small. Valid as
// long as the process: programs keep implementations' names, which are literals in oneDNN.
const char *name_of(const plan &p);
weights_layout layout_for(const problem &p, const plan &chosen);

} // namespace winodnn
