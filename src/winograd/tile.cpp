#include "winograd/tile.hpp"

#include "process/never_destroyed.hpp"
#include "winograd/input_patterns.hpp"
#include "winograd/sfc_tile.hpp"
#include "winograd/toom_cook.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace winodnn {

namespace {

// Finite points; infinity is implied.
constexpr rational two[] {0, 1, -1}, three[] {0, 1, -1, 2}, four[] {0, 1, -1, 2, -2};
// Its transforms amplify rounding less: 3 dB better in 8 bits, at larger coefficients.
constexpr rational four_with_half[] {0, 1, -1, 2, rational(-1, 2)};

// Outputs along the direct dimension of a one-dimensional tile. More share the transform of the two rows
// that neighbours overlap in; fewer waste less at the image's edge.
constexpr int direct_outputs = 4;

transform winograd(std::span<const rational> points) {
    return make_transform(points, 3);
}

transform direct() {
    return make_direct(direct_outputs, 3);
}

transform none() {
    return make_direct(1, 1);
}

// 1 / 2 and -1 / 2 beside 2 and -2: U of 5 taps has 16 bits, which with 3 or -3 it has not.
constexpr rational seven[] {0, 1, -1, 2, -2, rational(1, 2), rational(-1, 2)};

constexpr cycle one_line {1, 1, 1};
constexpr cycle six_of_3 {6, 6, 3}, four_of_3 {4, 4, 3}, four_of_5 {6, 4, 5};

// In the order of tile_id.
std::vector<tile> make_tiles() {
    std::vector<tile> made;
    const auto add_tile = [&made](tile_id id, tile t) {
        if (made.size() != static_cast<std::size_t>(id))
            throw std::logic_error(std::string("winograd: ") + t.name + " is not at its tile_id's place");
        made.push_back(std::move(t));
    };
    const auto add = [&add_tile](tile_id id, const char *name, const transform &rows, const transform &cols) {
        add_tile(id, make_toom_cook_tile(name, rows, cols));
    };
    add(tile_id::f2x2, "f2x2", winograd(two), winograd(two));
    add(tile_id::f2x3, "f2x3", winograd(two), winograd(three));
    add(tile_id::f3x2, "f3x2", winograd(three), winograd(two));
    add(tile_id::f2x4, "f2x4", winograd(two), winograd(four));
    add(tile_id::f4x2, "f4x2", winograd(four), winograd(two));
    add(tile_id::f3x3, "f3x3", winograd(three), winograd(three));
    add(tile_id::f3x4, "f3x4", winograd(three), winograd(four));
    add(tile_id::f4x3, "f4x3", winograd(four), winograd(three));
    add(tile_id::f4x4, "f4x4", winograd(four), winograd(four));
    add(tile_id::f4x4h, "f4x4h", winograd(four_with_half), winograd(four_with_half));
    add(tile_id::f1x2, "f1x2", direct(), winograd(two));
    add(tile_id::f1x3, "f1x3", direct(), winograd(three));
    add(tile_id::f1x4, "f1x4", direct(), winograd(four));
    add(tile_id::f1x4h, "f1x4h", direct(), winograd(four_with_half));
    add(tile_id::f2x1, "f2x1", winograd(two), direct());
    add(tile_id::f3x1, "f3x1", winograd(three), direct());
    add(tile_id::f4x1, "f4x1", winograd(four), direct());
    add(tile_id::f4x1h, "f4x1h", winograd(four_with_half), direct());
    add(tile_id::row2, "row2", none(), winograd(two));
    add(tile_id::row3, "row3", none(), winograd(three));
    add(tile_id::row4, "row4", none(), winograd(four));
    add(tile_id::row4h, "row4h", none(), winograd(four_with_half));
    add(tile_id::column2, "column2", winograd(two), none());
    add(tile_id::column3, "column3", winograd(three), none());
    add(tile_id::column4, "column4", winograd(four), none());
    add(tile_id::column4h, "column4h", winograd(four_with_half), none());
    add_tile(tile_id::sfc6x6, make_sfc_tile("sfc6x6", {6, six_of_3, six_of_3}, {4, 2}));
    add_tile(tile_id::sfc4x4k5, make_sfc_tile("sfc4x4k5", {6, four_of_5, four_of_5}, {2}));
    add_tile(tile_id::sfc4x4, make_sfc_tile("sfc4x4", {4, four_of_3, four_of_3}, {3, 2}));
    add(tile_id::row4k5, "row4k5", none(), make_transform(seven, 5));
    add(tile_id::column4k5, "column4k5", make_transform(seven, 5), none());
    add_tile(tile_id::sfcrow4k5, make_sfc_tile("sfcrow4k5", {6, one_line, four_of_5}, {2}));
    add_tile(tile_id::sfccolumn4k5, make_sfc_tile("sfccolumn4k5", {6, four_of_5, one_line}, {2}));
    if (std::ssize(made) != number_of_tiles) throw std::logic_error("winograd: a tile_id has no tile");
    for (const tile &t : made) {
        if (const char *limit = exceeded_limit(t))
            throw std::logic_error(std::string("winograd: ") + t.name + " has " + limit);
        if (!is_kernel_of_a_tile(t.taps.rows, t.taps.cols))
            throw std::logic_error(
                    std::string("winograd: ") + t.name + " is for a kernel that kernels_of_tiles lacks");
    }
    for (const grid_size &kernel : kernels_of_tiles)
        if (std::ranges::count(made, kernel, &tile::taps) > most_tiles_of_kernel)
            throw std::logic_error("winograd: the strides of packed descs have no room for so many tiles");
    return made;
}

struct tile_table {
    std::vector<tile> tiles = make_tiles();
    std::vector<observed_tile> observed = observe_pieces(tiles);
};

const tile_table &table() {
    static const never_destroyed<tile_table> made([] { return tile_table {}; });
    return *made;
}

} // namespace

const char *exceeded_limit(const bilinear_algorithm &t) {
    if (std::max(t.taps.rows, t.taps.cols) > most_taps_along || t.taps.count() > most_taps)
        return "more taps than weights are packed with";
    if (t.components() > most_components) return "more components than a component_set has bits";
    if (std::max({t.v_planes(), t.u_planes(), t.m_planes()}) > most_planes)
        return "more planes than displacements and buffers are made for";
    if (std::max(t.inputs().rows, t.inputs().cols) > most_inputs_along)
        return "more inputs along a dimension than kernels reach";
    if (t.factor < 1) return "a factor that is not undone modulo 2^32";
    if (t.shift() > 31 || dim {1} << (31 - t.shift()) < least_accumulator_limit)
        return "a bound on accumulators that eight channels can exceed";
    return nullptr;
}

tile_piece make_piece(const bilinear_algorithm &whole, bilinear_algorithm algorithm,
        std::vector<int> v_planes, std::vector<int> m_planes) {
    tile_piece made {std::move(algorithm), std::move(v_planes), std::move(m_planes), {},
            std::vector<bool>(static_cast<std::size_t>(whole.m_planes()))};
    made.components_of_whole.resize(static_cast<std::size_t>(made.components()));
    for (int plane = 0; plane < made.m_planes(); ++plane) {
        const int of_whole = made.m_planes_of_whole[static_cast<std::size_t>(plane)];
        made.has_m[static_cast<std::size_t>(of_whole)] = true;
        made.components_of_whole[static_cast<std::size_t>(made.component_of_m(plane))] =
                whole.component_of_m(of_whole);
    }
    return made;
}

const tile_piece &tile::piece_of(int row_outputs, int col_outputs) const {
    const auto find = [](const std::vector<piece> &sizes, int outputs) {
        if (outputs == 0) return std::ssize(sizes) - 1;
        const auto found = std::ranges::find(sizes, outputs, &piece::outputs);
        if (found == sizes.end()) throw std::invalid_argument("winograd: no piece of this size");
        return found - sizes.begin();
    };
    const auto row = find(row_pieces, row_outputs), col = find(col_pieces, col_outputs);
    return pieces[static_cast<std::size_t>(row * std::ssize(col_pieces) + col)];
}

std::span<const tile_id> all_tiles() {
    static const never_destroyed<std::vector<tile_id>> ids([] {
        std::vector<tile_id> all;
        for (std::size_t i = 0; i < table().tiles.size(); ++i) all.push_back(static_cast<tile_id>(i));
        return all;
    });
    return *ids;
}

const tile &tile_of(tile_id id) {
    return table().tiles[static_cast<std::size_t>(id)];
}

std::span<const observed_tile> all_observed_tiles() {
    return table().observed;
}

const bilinear_algorithm &algorithm_of(const observed_tile &t) {
    return tile_of(t.id).piece_of(t.outputs.rows, t.outputs.cols);
}

} // namespace winodnn
