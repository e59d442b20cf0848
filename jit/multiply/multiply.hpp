// M = sum over terms of V U: a register tile of tiles x output channels, over all input channels.
#pragma once

#include "isa/register_tile.hpp"
#include "jit/base/kernel.hpp"

#include <compare>

namespace winodnn::jit {

struct multiply_config {
    winodnn::isa isa = isa::avx2;
    int tiles = 1;          // 1 .. those of the register tile
    int vectors = 1;        // of output channels, likewise
    dim v_tile_stride = 0;  // bytes from one tile's channels to the next one's
    dim m_tile_stride = 0;  // bytes
    int prefetch_lines = 0; // cache lines to prefetch with each group of input channels
    bool bytes = false;     // V u8 and U s8 by fours of input channels, else both s16 by pairs
    bool biased = false;    // sums have `initial` added

    auto operator<=>(const multiply_config &) const = default;
    std::string name() const;
};

struct multiply_args {
    const void *v;               // s16 or u8 [tile][ic]
    const void *u;               // s16 [ic / 2][oc in block][2] or s8 [ic / 4][oc in block][4]
    void *m;                     // s32 [tile][oc in block], overwritten
    std::int64_t steps;          // of 8 or 16 input channels, at least 1
    std::int64_t terms;          // products that are added up, at least 1
    std::int64_t v_jump, u_jump; // bytes from the end of one term's channels to the next one's first
    const void
            *prefetch; // where terms * steps * ic_groups_per_step * prefetch_lines lines will be wanted soon
    const std::int32_t *initial; // [oc in block]
};

using multiply = kernel<multiply_args>;
std::shared_ptr<const multiply> get_multiply(const multiply_config &config);

} // namespace winodnn::jit
