#include "winograd/bilinear_algorithm.hpp"

#include <stdexcept>

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

void require_one_product_a_component(const transform &t) {
    if (t.terms() != 1 || t.repeats() != 1)
        throw std::invalid_argument("winograd: direct convolution has no components of its own");
}

} // namespace

bilinear_algorithm make_toom_cook(const transform &rows, const transform &cols) {
    require_one_product_a_component(rows);
    require_one_product_a_component(cols);
    return {{rows.outputs(), cols.outputs()}, {rows.taps(), cols.taps()}, kronecker(rows.input, cols.input),
            kronecker(rows.weights, cols.weights), kronecker(rows.output, cols.output),
            rows.scale * cols.scale, compile(rows.input, cols.input), compile(rows.output, cols.output)};
}

} // namespace winodnn
