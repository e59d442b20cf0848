#include "winograd/program.hpp"

#include "winograd/program_builder.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace winodnn {

namespace {

class builder : public program_builder {
public:
    using program_builder::program_builder;

    // sum of coefficient * value, by Horner's rule over the bits of the coefficients.
    signed_value combine(const std::vector<std::pair<int, int>> &terms) {
        std::map<int, std::vector<signed_value>, std::greater<>> by_bit;
        for (const auto &[coefficient, value] : terms)
            for (int bit = 0; bit < 31; ++bit)
                if (std::abs(coefficient) >> bit & 1) by_bit[bit].push_back({value, coefficient < 0});
        std::optional<signed_value> sum;
        int weight = 0; // sum stands for sum * 2^weight
        const auto shift_to = [&](int bit) {
            if (weight != bit) sum = shift_left(*sum, weight - bit);
            weight = bit;
        };
        for (const auto &[bit, values] : by_bit) {
            signed_value of_bit = values[0];
            for (std::size_t i = 1; i < values.size(); ++i) of_bit = add(of_bit, values[i]);
            if (sum) {
                shift_to(bit);
                sum = add(*sum, of_bit);
            } else {
                sum = of_bit;
                weight = bit;
            }
        }
        if (!sum) throw std::invalid_argument("winograd: a transform has an empty row");
        shift_to(0);
        return *sum;
    }
};

// Two lines (rows or columns) of equal magnitudes, some entries equal and some opposite.
template <typename At>
bool mirrored(int length, const At &a, const At &b) {
    bool equal = false, opposite = false;
    for (int i = 0; i < length; ++i) {
        if (std::abs(a(i)) != std::abs(b(i))) return false;
        if (a(i) == 0) continue;
        (a(i) == b(i) ? equal : opposite) = true;
    }
    return equal && opposite;
}

using line = std::vector<std::pair<int, int>>; // coefficient, value

} // namespace

program compile(const int_matrix &m) {
    builder out(m.cols());

    // Column pairs: x_p and x_q only occur as x_p + x_q and x_p - x_q.
    std::vector<int> partner(m.cols(), -1);
    for (int p = 0; p < m.cols(); ++p)
        for (int q = p + 1; q < m.cols() && partner[p] < 0; ++q) {
            const auto column = [&m](int c) { return [&m, c](int r) { return m(r, c); }; };
            if (partner[q] < 0 && mirrored(m.rows(), column(p), column(q))) {
                partner[p] = q;
                partner[q] = p;
            }
        }
    std::vector<line> rows(m.rows());
    for (int c = 0; c < m.cols(); ++c) {
        if (partner[c] >= 0 && partner[c] < c) continue;
        for (int r = 0; r < m.rows(); ++r) {
            if (m(r, c) == 0) continue;
            int value = c;
            if (partner[c] >= 0)
                value = out.emit(
                        m(r, c) == m(r, partner[c]) ? instruction::opcode::add : instruction::opcode::sub, c,
                        partner[c]);
            rows[r].push_back({m(r, c), value});
        }
    }

    // Row pairs: e + o and e - o, e from the equal coefficients and o from the opposite ones.
    std::vector<int> outputs(m.rows(), -1);
    for (int r = 0; r < m.rows(); ++r) {
        if (outputs[r] >= 0) continue;
        for (int s = r + 1; s < m.rows() && outputs[r] < 0; ++s) {
            const line &a = rows[r], &b = rows[s];
            bool same_values = outputs[s] < 0 && a.size() == b.size();
            for (std::size_t i = 0; same_values && i < a.size(); ++i)
                same_values = a[i].second == b[i].second;
            if (!same_values) continue;
            const auto coefficient = [](const line &l) { return [&l](int i) { return l[i].first; }; };
            if (!mirrored(static_cast<int>(a.size()), coefficient(a), coefficient(b))) continue;
            line even, odd;
            for (std::size_t i = 0; i < a.size(); ++i)
                (a[i].first == b[i].first ? even : odd).push_back(a[i]);
            const signed_value e = out.combine(even), o = out.combine(odd);
            outputs[r] = out.positive(out.add(e, o));
            outputs[s] = out.positive(out.add(e, -o));
        }
        if (outputs[r] < 0) outputs[r] = out.positive(out.combine(rows[r]));
    }
    return out.take(std::move(outputs));
}

program compile(const int_matrix &rows, const int_matrix &cols) {
    const program along_column = compile(rows), along_row = compile(cols);
    const int height = rows.cols(), width = cols.cols();
    program both;
    both.inputs = height * width;

    // Appends a program with its inputs taken from these values; returns the values of its outputs.
    const auto append = [&both](const program &appended, std::vector<int> values) {
        for (instruction i : appended.code) {
            i.a = values[i.a];
            if (i.op != instruction::opcode::shift_left) i.b = values[i.b];
            values.push_back(both.inputs + static_cast<int>(both.code.size()));
            both.code.push_back(i);
        }
        std::vector<int> outputs;
        for (const int output : appended.outputs) outputs.push_back(values[output]);
        return outputs;
    };

    matrix<int> between(rows.rows(), width);
    for (int c = 0; c < width; ++c) {
        std::vector<int> column;
        for (int r = 0; r < height; ++r) column.push_back(r * width + c);
        const std::vector<int> done = append(along_column, column);
        for (int r = 0; r < rows.rows(); ++r) between(r, c) = done[r];
    }
    for (int r = 0; r < rows.rows(); ++r) {
        std::vector<int> row;
        for (int c = 0; c < width; ++c) row.push_back(between(r, c));
        for (const int output : append(along_row, row)) both.outputs.push_back(output);
    }
    return both;
}

program with_fused_shifts(const program &p) {
    const auto is_shift = [](const instruction &i) { return i.op == instruction::opcode::shift_left; };
    std::vector<int> uses(p.inputs + p.code.size());
    for (const instruction &i : p.code) {
        ++uses[i.a];
        if (!is_shift(i)) ++uses[i.b];
    }
    for (const int output : p.outputs) uses[output] += 2; // none is ever left out
    const auto fusible = [&](int value) {
        return value >= p.inputs && uses[value] == 1 && is_shift(p.code[value - p.inputs]);
    };

    program fused {p.inputs, {}, {}};
    std::vector<int> renamed(uses.size());
    for (int value = 0; value < p.inputs; ++value) renamed[value] = value;
    std::vector<bool> left_out(uses.size());
    for (instruction i : p.code) {
        if (i.op == instruction::opcode::add && fusible(i.a) && !fusible(i.b)) std::swap(i.a, i.b);
        if (!is_shift(i) && fusible(i.b)) left_out[i.b] = true;
    }
    for (std::size_t n = 0; n < p.code.size(); ++n) {
        const int value = p.inputs + static_cast<int>(n);
        if (left_out[value]) continue;
        instruction i = p.code[n];
        if (i.op == instruction::opcode::add && left_out[i.a]) std::swap(i.a, i.b);
        if (!is_shift(i) && left_out[i.b]) {
            const instruction &shift = p.code[i.b - p.inputs];
            i.shift = shift.b;
            i.b = shift.a;
        }
        i.a = renamed[i.a];
        if (!is_shift(i)) i.b = renamed[i.b];
        renamed[value] = p.inputs + static_cast<int>(fused.code.size());
        fused.code.push_back(i);
    }
    for (const int output : p.outputs) fused.outputs.push_back(renamed[output]);
    return fused;
}

} // namespace winodnn
