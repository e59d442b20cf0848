#include "winograd/toom_cook.hpp"

#include <algorithm>
#include <numeric>

namespace winodnn {

namespace {

int_matrix kronecker(const int_matrix &rows, const int_matrix &cols) {
    int_matrix product(rows.rows() * cols.rows(), rows.cols() * cols.cols());
    for (int i = 0; i < rows.rows(); ++i)
        for (int j = 0; j < cols.rows(); ++j)
            for (int k = 0; k < rows.cols(); ++k)
                for (int l = 0; l < cols.cols(); ++l)
                    product(i * cols.rows() + j, k * cols.cols() + l) = rows(i, k) * cols(j, l);
    return product;
}

// F(m, r) and F(k, r) with k < m evaluate the same polynomials of the weights, the smaller one at fewer
// points.
struct line_piece {
    transform matrices;
    // Which of the whole tile's planes of V and M along this dimension its own are, in order.
    std::vector<int> v, m;
};

std::vector<line_piece> make_pieces(const transform &whole) {
    std::vector<line_piece> pieces;
    for (int outputs = whole.direct ? 1 : std::min(2, whole.outputs()); outputs <= whole.outputs();
            ++outputs) {
        line_piece p;
        if (outputs == whole.outputs())
            p.matrices = whole;
        else
            p.matrices = whole.direct ? make_direct(outputs, whole.taps()) : make_smaller(whole, outputs);
        p.v.resize(static_cast<std::size_t>(p.matrices.inputs()));
        std::iota(p.v.begin(), p.v.end(), 0);
        if (!whole.direct) p.v.back() = whole.inputs() - 1; // infinity is always the last one
        p.m = p.v;
        if (whole.direct) p.m.resize(static_cast<std::size_t>(outputs));
        pieces.push_back(std::move(p));
    }
    return pieces;
}

std::vector<piece> sizes_of(const std::vector<line_piece> &pieces) {
    std::vector<piece> sizes;
    for (const line_piece &p : pieces)
        sizes.push_back({p.matrices.outputs(), p.matrices.inputs(), static_cast<int>(p.m.size()), p.m});
    return sizes;
}

// Row-major, of lines of the whole tile.
std::vector<int> both(const std::vector<int> &rows, const std::vector<int> &cols, int whole_width) {
    std::vector<int> planes;
    for (const int row : rows)
        for (const int col : cols) planes.push_back(row * whole_width + col);
    return planes;
}

} // namespace

bilinear_algorithm make_toom_cook(const transform &rows, const transform &cols) {
    return {{rows.outputs(), cols.outputs()}, {rows.taps(), cols.taps()}, kronecker(rows.input, cols.input),
            kronecker(rows.weights, cols.weights), kronecker(rows.output, cols.output),
            rows.scale * cols.scale, compile(rows.input, cols.input), compile(rows.output, cols.output),
            planes_of(rows, cols)};
}

tile make_toom_cook_tile(const char *name, const transform &rows, const transform &cols) {
    tile t {make_toom_cook(rows, cols), name};
    const std::vector<line_piece> row_pieces = make_pieces(rows), col_pieces = make_pieces(cols);
    t.row_pieces = sizes_of(row_pieces);
    t.col_pieces = sizes_of(col_pieces);
    for (const line_piece &row : row_pieces)
        for (const line_piece &col : col_pieces)
            t.pieces.push_back(make_piece(t, make_toom_cook(row.matrices, col.matrices),
                    both(row.v, col.v, cols.inputs()), both(row.m, col.m, cols.output.cols())));
    return t;
}

} // namespace winodnn
