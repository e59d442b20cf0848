#include "winograd/tile_classes.hpp"

namespace winodnn {

class_pieces pieces_of(const tile &t, const cover &rows, const cover &cols) {
    class_pieces pieces {};
    for (const bool small_row : {false, true})
        for (const bool small_col : {false, true}) {
            const auto count = [](const cover &along, bool small) {
                return small ? along.small_count : along.large_count;
            };
            if (count(rows, small_row) == 0 || count(cols, small_col) == 0) continue;
            const piece &row = small_row ? *rows.small : *rows.large;
            const piece &col = small_col ? *cols.small : *cols.large;
            pieces[class_of(small_row, small_col)] = &t.piece_of(row.outputs, col.outputs);
        }
    return pieces;
}

class_pieces pieces_of(const problem &p, const tile &t, bool mixed) {
    return pieces_of(t, cover_of(t.row_pieces, p.rows(), !mixed), cover_of(t.col_pieces, p.cols(), !mixed));
}

// A smaller piece uses only what the larger one does (cover), so that between two classes with a plane there
// is none without.
class_range classes_with(const class_pieces &pieces, int m_plane) {
    class_range range;
    for (int k = 0; k < tile_classes; ++k) {
        if (pieces[k] == nullptr || !pieces[k]->has_m[static_cast<std::size_t>(m_plane)]) continue;
        if (range.end == 0) range.begin = k;
        range.end = k + 1;
    }
    return range;
}

} // namespace winodnn
