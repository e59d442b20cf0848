// The tile sizes that plans choose from. F(m x m, 3 x 3): m x m outputs from (m + 2) x (m + 2) inputs.
#pragma once

#include <cstdint>
#include <span>

namespace winodnn {

enum class tile_id : std::uint8_t { f2x2, f4x4 };

std::span<const tile_id> all_tiles();
const char *name_of(tile_id tile); // f4x4

} // namespace winodnn
