#include "winograd/sfc.hpp"

#include "winograd/sfc_network.hpp"
#include "winograd/symbol.hpp"
#include "winograd/transposition.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace winodnn {

namespace {

bool is_own_conjugate(int frequency, int points) {
    return frequency >= points || 2 * frequency % points == 0;
}

using sparse_line = std::vector<std::pair<int, int>>; // index, coefficient

// Lines have one or two entries: without the zeros a process makes its tiles a millisecond or two earlier.
std::vector<sparse_line> entries_of(const int_matrix &lines) {
    std::vector<sparse_line> entries(static_cast<std::size_t>(lines.rows()));
    for (int i = 0; i < lines.rows(); ++i)
        for (int k = 0; k < lines.cols(); ++k)
            if (lines(i, k) != 0) entries[static_cast<std::size_t>(i)].emplace_back(k, lines(i, k));
    return entries;
}

// By the definition of the transform, which the programs know nothing of: row c is the form of component c of
//     sum over i, k of w^(f i + g k) * line i of the rows * line k of the columns
// for the frequencies f and g of component c. Where that is a correction, it is this one line.
template <typename Form>
int_matrix coefficients(int order, const std::vector<sfc_component> &components, const line_matrix &rows,
        const line_matrix &cols, const Form &form) {
    const auto exponent = [order](int frequency, int line, const line_matrix &lines) {
        return frequency < lines.points ? frequency * line * (order / lines.points) : 0;
    };
    const auto takes_part = [](int frequency, int line, const line_matrix &lines) {
        return frequency < lines.points ? line < lines.points : line == frequency;
    };
    const std::vector<sparse_line> sparse_rows = entries_of(rows.lines), sparse_cols = entries_of(cols.lines);
    int_matrix result(static_cast<int>(components.size()), rows.lines.cols() * cols.lines.cols());
    for (int c = 0; c < result.rows(); ++c)
        for (int i = 0; i < rows.lines.rows(); ++i)
            for (int k = 0; k < cols.lines.rows(); ++k) {
                const sfc_component &component = components[static_cast<std::size_t>(c)];
                if (!takes_part(component.row, i, rows) || !takes_part(component.col, k, cols)) continue;
                const int power = exponent(component.row, i, rows) + exponent(component.col, k, cols);
                const int coefficient = form(component, root_power(order, power));
                for (const auto &[row, of_row] : sparse_rows[static_cast<std::size_t>(i)])
                    for (const auto &[col, of_col] : sparse_cols[static_cast<std::size_t>(k)])
                        result(c, row * cols.lines.cols() + col) += coefficient * of_row * of_col;
            }
    return result;
}

int_matrix transposed(const int_matrix &m) {
    int_matrix result(m.cols(), m.rows());
    for (int r = 0; r < m.rows(); ++r)
        for (int c = 0; c < m.cols(); ++c) result(c, r) = m(r, c);
    return result;
}

} // namespace

bilinear_algorithm make_sfc(const sfc_shape &shape) {
    const auto &[order, rows, cols] = shape;
    const cycle_lines row = lines_of(rows), col = lines_of(cols);
    const sfc_network from_inputs = make_sfc_network(order, row.inputs, col.inputs);
    const sfc_network from_outputs = make_sfc_network(order, row.outputs, col.outputs);

    const auto of_value = [&shape](const sfc_component &c, symbol x) {
        return value_form(shape.order, x, c.form);
    };
    const auto of_weights = [&shape](const sfc_component &c, symbol x) {
        const bool number =
                is_own_conjugate(c.row, shape.rows.points) && is_own_conjugate(c.col, shape.cols.points);
        return number ? x.a : weights_form(shape.order, x, c.form);
    };
    bilinear_algorithm sfc;
    sfc.outputs = {rows.outputs, cols.outputs};
    sfc.taps = {rows.taps, cols.taps};
    sfc.input = coefficients(order, from_inputs.components, row.inputs, col.inputs, of_value);
    sfc.weights = coefficients(order, from_inputs.components, row.weights, col.weights, of_weights);
    sfc.output = transposed(coefficients(order, from_inputs.components, row.outputs, col.outputs, of_value));
    sfc.factor = rows.weights_points * cols.weights_points;
    sfc.input_program = from_inputs.additions;
    sfc.output_program = transposed(from_outputs.additions, from_outputs.negative);
    sfc.planes = one_plane_a_component(sfc.input.rows());
    return sfc;
}

std::vector<int> lines_in(const cycle &whole, const cycle &smaller) {
    if (whole.weights_points != smaller.weights_points || whole.points % smaller.points != 0)
        throw std::invalid_argument("winograd: a part of a tile has frequencies that the tile has not");
    std::vector<int> lines;
    for (int frequency = 0; frequency < smaller.points; ++frequency)
        lines.push_back(frequency * (whole.points / smaller.points));
    const std::vector<correction> of_whole = corrections_of(whole);
    for (const correction &e : corrections_of(smaller)) {
        int line = whole.points;
        for (const correction &same : of_whole) {
            if (same.tap == e.tap && std::ranges::find(lines, line) == lines.end()) break;
            ++line;
        }
        lines.push_back(line); // there is no such line if it is none of these
    }
    return lines;
}

std::vector<int> components_in(const sfc_shape &whole, const sfc_shape &smaller) {
    const auto components_of = [](const sfc_shape &s) {
        return make_sfc_network(s.order, lines_of(s.rows).inputs, lines_of(s.cols).inputs).components;
    };
    const std::vector<int> rows = lines_in(whole.rows, smaller.rows),
                           cols = lines_in(whole.cols, smaller.cols);
    const std::vector<sfc_component> of_whole = components_of(whole);
    std::vector<int> found;
    for (const sfc_component &c : components_of(smaller)) {
        const auto same = std::ranges::find(of_whole, sfc_component {rows[c.row], cols[c.col], c.form});
        if (same == of_whole.end())
            throw std::invalid_argument("winograd: a part of a tile needs weights that the tile has not");
        found.push_back(static_cast<int>(same - of_whole.begin()));
    }
    return found;
}

} // namespace winodnn
