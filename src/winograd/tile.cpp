#include "winograd/tile.hpp"

#include "process/never_destroyed.hpp"
#include "winograd/scale.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

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

// In the order of tile_id.
std::vector<tile> make_tiles() {
    std::vector<tile> made {
            {"f2x2", winograd(two), winograd(two)},
            {"f2x3", winograd(two), winograd(three)},
            {"f3x2", winograd(three), winograd(two)},
            {"f2x4", winograd(two), winograd(four)},
            {"f4x2", winograd(four), winograd(two)},
            {"f3x3", winograd(three), winograd(three)},
            {"f3x4", winograd(three), winograd(four)},
            {"f4x3", winograd(four), winograd(three)},
            {"f4x4", winograd(four), winograd(four)},
            {"f4x4h", winograd(four_with_half), winograd(four_with_half)},
            {"f1x2", direct(), winograd(two)},
            {"f1x3", direct(), winograd(three)},
            {"f1x4", direct(), winograd(four)},
            {"f1x4h", direct(), winograd(four_with_half)},
            {"f2x1", winograd(two), direct()},
            {"f3x1", winograd(three), direct()},
            {"f4x1", winograd(four), direct()},
            {"f4x1h", winograd(four_with_half), direct()},
            {"row2", none(), winograd(two)},
            {"row3", none(), winograd(three)},
            {"row4", none(), winograd(four)},
            {"row4h", none(), winograd(four_with_half)},
            {"column2", winograd(two), none()},
            {"column3", winograd(three), none()},
            {"column4", winograd(four), none()},
            {"column4h", winograd(four_with_half), none()},
    };
    if (std::ssize(made) != number_of_tiles) throw std::logic_error("winograd: a tile_id has no tile");
    for (tile &t : made) {
        if (const char *limit = exceeded_limit(t))
            throw std::logic_error(std::string("winograd: ") + t.name + " has " + limit);
        t.row_pieces = make_pieces(t.rows);
        t.col_pieces = make_pieces(t.cols);
    }
    return made;
}

const std::vector<tile> &tiles() {
    static const never_destroyed<std::vector<tile>> made(make_tiles);
    return *made;
}

std::uint32_t total_scale(const tile &t) {
    return static_cast<std::uint32_t>(t.rows.scale) * static_cast<std::uint32_t>(t.cols.scale);
}

} // namespace

const char *exceeded_limit(const tile &t) {
    if (std::max(t.rows.taps(), t.cols.taps()) > most_taps_along || t.taps() > most_taps)
        return "more taps than weights are packed with";
    if (t.components() > most_components) return "more components than a component_set has bits";
    if (std::max({t.v_planes(), t.u_planes(), t.m_planes()}) > most_planes)
        return "more planes than displacements and buffers are made for";
    if (std::max(t.rows.inputs(), t.cols.inputs()) > most_inputs_along)
        return "more inputs along a dimension than patches have";
    if (dim {t.rows.scale} * t.cols.scale > most_scale) return "a scale that is not undone modulo 2^32";
    if (t.shift() > 31 || dim {1} << (31 - t.shift()) < least_accumulator_limit)
        return "a bound on accumulators that eight channels can exceed";
    return nullptr;
}

int tile::v_plane(int component, int repeat) const {
    // Along the direct dimension the component is 0, along the other one the repeat is.
    const int row = component / cols.components() + repeat / cols.repeats();
    const int col = component % cols.components() + repeat % cols.repeats();
    return row * cols.inputs() + col;
}

int tile::v_term_planes() const {
    return rows.terms() > 1 ? cols.inputs() : 1;
}

int tile::m_plane(int component, int repeat) const {
    const int row = component / cols.components() + repeat / cols.repeats();
    const int col = component % cols.components() + repeat % cols.repeats();
    return row * cols.output.cols() + col;
}

namespace {

// Of a plane in rows of `width`.
int component_at(const tile &t, int plane, int width) {
    const int row = t.rows.direct ? 0 : plane / width, col = t.cols.direct ? 0 : plane % width;
    return row * t.cols.components() + col;
}

} // namespace

int tile::component_of_u(int plane) const {
    return component_at(*this, plane, cols.weights.rows());
}

int tile::component_of_v(int plane) const {
    return component_at(*this, plane, cols.inputs());
}

int tile::component_of_m(int plane) const {
    return component_at(*this, plane, cols.output.cols());
}

int tile::term_of_u(int plane) const {
    const int row = plane / cols.weights.rows(), col = plane % cols.weights.rows();
    return (rows.direct ? row : 0) * cols.terms() + (cols.direct ? col : 0);
}

tile_piece tile::piece_of(int row_outputs, int col_outputs) const {
    const auto find = [](const std::vector<piece> &pieces, int outputs) -> const piece & {
        if (outputs == 0) return pieces.back();
        const auto found = std::ranges::find(pieces, outputs, &piece::outputs);
        if (found == pieces.end()) throw std::invalid_argument("winograd: no piece of this size");
        return *found;
    };
    return {find(row_pieces, row_outputs), find(col_pieces, col_outputs)};
}

int tile_piece::v_plane(const tile &whole, int plane) const {
    const int width = cols.how.inputs();
    return rows.v[static_cast<std::size_t>(plane / width)] * whole.cols.inputs()
           + cols.v[static_cast<std::size_t>(plane % width)];
}

int tile_piece::m_plane(const tile &whole, int plane) const {
    const int width = cols.how.output.cols();
    return rows.m[static_cast<std::size_t>(plane / width)] * whole.cols.output.cols()
           + cols.m[static_cast<std::size_t>(plane % width)];
}

std::uint32_t tile::inverse_odd() const {
    return inverse_of_odd_part(total_scale(*this));
}

int tile::shift() const {
    return shift_of_factor(total_scale(*this));
}

std::span<const tile_id> all_tiles() {
    static const never_destroyed<std::vector<tile_id>> ids([] {
        std::vector<tile_id> all;
        for (std::size_t i = 0; i < tiles().size(); ++i) all.push_back(static_cast<tile_id>(i));
        return all;
    });
    return *ids;
}

const tile &tile_of(tile_id id) {
    return tiles()[static_cast<std::size_t>(id)];
}

} // namespace winodnn
