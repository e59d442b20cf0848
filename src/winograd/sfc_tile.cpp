#include "winograd/sfc_tile.hpp"

#include <algorithm>
#include <span>

namespace winodnn {

namespace {

std::vector<cycle> pieces_of(const cycle &whole, std::span<const int> sizes) {
    if (whole.taps == 1) return {whole};
    std::vector<cycle> pieces;
    for (const cycle &c : smaller_cycles(whole))
        if (c.outputs == whole.outputs || std::ranges::find(sizes, c.outputs) != sizes.end())
            pieces.push_back(c);
    return pieces;
}

std::vector<piece> sizes_of(const cycle &whole, const std::vector<cycle> &pieces) {
    std::vector<piece> sizes;
    for (const cycle &c : pieces) {
        std::vector<int> used = lines_in(whole, c);
        std::ranges::sort(used);
        const int corrections = static_cast<int>(used.size()) - c.points;
        sizes.push_back({c.outputs, c.inputs(), c.cyclic_products() + corrections, std::move(used)});
    }
    return sizes;
}

} // namespace

tile make_sfc_tile(const char *name, const sfc_shape &shape, std::initializer_list<int> pieces) {
    tile t {make_sfc(shape), name};
    const std::vector<cycle> row_pieces = pieces_of(shape.rows, pieces),
                             col_pieces = pieces_of(shape.cols, pieces);
    t.row_pieces = sizes_of(shape.rows, row_pieces);
    t.col_pieces = sizes_of(shape.cols, col_pieces);
    for (const cycle &row : row_pieces)
        for (const cycle &col : col_pieces) {
            const sfc_shape smaller {shape.order, row, col};
            const std::vector<int> planes = components_in(shape, smaller);
            t.pieces.push_back(make_piece(t, make_sfc(smaller), planes, planes));
        }
    return t;
}

} // namespace winodnn
