#include "winograd/tile.hpp"

#include <array>
#include <bit>
#include <vector>

namespace winodnn {

namespace {

constexpr int taps = 3;

struct tile_data {
    const char *name;
    std::vector<rational> row_points, col_points; // finite ones; infinity is implied
};

// In the order of tile_id.
const std::array<tile_data, 2> data {{
        {"f2x2", {0, 1, -1}, {0, 1, -1}},
        {"f4x4", {0, 1, -1, 2, -2}, {0, 1, -1, 2, -2}},
}};

constexpr std::array ids {tile_id::f2x2, tile_id::f4x4};
static_assert(ids.size() == data.size());

std::uint32_t total_scale(const tile &t) {
    return static_cast<std::uint32_t>(t.rows.scale) * static_cast<std::uint32_t>(t.cols.scale);
}

} // namespace

std::uint32_t tile::inverse_odd() const {
    const std::uint32_t odd = total_scale(*this) >> shift();
    // Newton's iteration doubles the number of correct low bits; odd is its own inverse modulo 8.
    std::uint32_t inverse = odd;
    for (int bits = 3; bits < 32; bits *= 2) inverse *= 2u - odd * inverse;
    return inverse;
}

int tile::shift() const {
    return std::countr_zero(total_scale(*this));
}

std::span<const tile_id> all_tiles() {
    return ids;
}

const tile &tile_of(tile_id id) {
    static const std::vector<tile> tiles = [] {
        std::vector<tile> made;
        for (const tile_data &d : data)
            made.push_back({d.name, make_transform(d.row_points, taps), make_transform(d.col_points, taps)});
        return made;
    }();
    return tiles[static_cast<std::size_t>(id)];
}

} // namespace winodnn
