#include "winograd/tile_classes.hpp"

namespace winodnn {

namespace {

// Of each row the sign with which the two are equal; nothing if they are not.
std::optional<std::vector<int>> signs_between(const transform &a, const transform &b) {
    if (a.taps() != b.taps() || a.direct != b.direct) return {};
    // Rows of pixels have no components, however many they are.
    if (a.direct) return std::vector<int> {1};
    if (a.inputs() != b.inputs()) return {};
    std::vector<int> signs;
    for (int row = 0; row < a.inputs(); ++row) {
        const auto equal_times = [&](int sign) {
            for (int k = 0; k < a.inputs(); ++k)
                if (a.input(row, k) != sign * b.input(row, k)) return false;
            return true;
        };
        if (!equal_times(1) && !equal_times(-1)) return {};
        signs.push_back(equal_times(1) ? 1 : -1);
    }
    return signs;
}

} // namespace

class_pieces pieces_of(const cover &rows, const cover &cols) {
    class_pieces pieces;
    for (const bool small_row : {false, true})
        for (const bool small_col : {false, true}) {
            const auto count = [](const cover &along, bool small) {
                return small ? along.small_count : along.large_count;
            };
            if (count(rows, small_row) == 0 || count(cols, small_col) == 0) continue;
            pieces[class_of(small_row, small_col)].emplace(tile_piece {
                    small_row ? *rows.small : *rows.large, small_col ? *cols.small : *cols.large});
        }
    return pieces;
}

class_pieces pieces_of(const problem &p, const tile &t, bool mixed) {
    return pieces_of(cover_of(t.row_pieces, p.rows(), !mixed), cover_of(t.col_pieces, p.cols(), !mixed));
}

std::optional<standalone_tile> standalone_of(const tile_piece &of) {
    for (const tile_id id : all_tiles()) {
        const auto rows = signs_between(of.rows.how, tile_of(id).rows),
                   cols = signs_between(of.cols.how, tile_of(id).cols);
        if (rows && cols) return standalone_tile {id, *rows, *cols};
    }
    return {};
}

int whole_component(const tile &whole, const tile_piece &of, int component) {
    const auto along = [](const piece &p, int index) {
        return p.how.direct ? 0 : p.v[static_cast<std::size_t>(index)];
    };
    const int width = of.cols.how.components();
    return along(of.rows, component / width) * whole.cols.components() + along(of.cols, component % width);
}

} // namespace winodnn
