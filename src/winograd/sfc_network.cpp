#include "winograd/sfc_network.hpp"

#include "winograd/program_builder.hpp"

#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>

namespace winodnn {

namespace {

using term = std::optional<signed_value>; // nothing: 0
using values = std::vector<term>;

// Sums and differences of the points that are half a cycle apart: of an even number of points, the
// transform's even frequencies see only the sums, and the odd ones only the differences.
struct halves {
    values same, opposite; // opposite: none of an odd number of points
};

struct spectral_value {
    int frequency;
    term a, b; // a + b w, or a
    bool is_symbol;
};

// The order of everything below was found by counting what registers do not hold. Both halves are made when
// their points are at hand; corrections come first, while the pixels that they share with the cycle are few.
class network_builder {
public:
    network_builder(int order, const line_matrix &rows, const line_matrix &cols)
        : order_(order), rows_(rows), cols_(cols), out_(rows.lines.cols() * cols.lines.cols()) {
        for (int row = rows.points; row < rows.lines.rows(); ++row) correct_row(row);
        for (int col = cols.points; col < cols.lines.rows(); ++col) correct_column(col);
        transform_cycle();
    }

    sfc_network take() {
        result_.additions = out_.take(std::move(outputs_));
        return std::move(result_);
    }

private:
    void correct_row(int row) {
        const halves split = halves_of(cols_.points, [&](int col) { return cell(row, col); });
        for_each_half(split, [&](const values &half, bool opposite) {
            for (const spectral_value &v : spectrum(cols_.points, half, opposite))
                v.is_symbol ? add_symbol(row, v.frequency, v.a, v.b) : add_number(row, v.frequency, v.a);
        });
        for (int col = cols_.points; col < cols_.lines.rows(); ++col) add_number(row, col, cell(row, col));
    }

    void correct_column(int col) {
        const halves split = halves_of(rows_.points, [&](int row) { return cell(row, col); });
        for_each_half(split, [&](const values &half, bool opposite) {
            for (const spectral_value &v : spectrum(rows_.points, half, opposite))
                v.is_symbol ? add_symbol(v.frequency, col, v.a, v.b) : add_number(v.frequency, col, v.a);
        });
    }

    // Along the columns, then along each row of their frequencies.
    void transform_cycle() {
        std::vector<halves> columns(static_cast<std::size_t>(cols_.points));
        const int half_width = cols_.points % 2 == 0 ? cols_.points / 2 : cols_.points;
        const auto row_spectra = [&](bool opposite) {
            std::vector<std::vector<spectral_value>> of_column(columns.size());
            for (int c = 0; c < half_width; ++c)
                for (int col = c; col < cols_.points; col += half_width) {
                    halves &split = columns[col];
                    if (!opposite) split = halves_of(rows_.points, [&](int row) { return cell(row, col); });
                    of_column[col] = spectrum(rows_.points, opposite ? split.opposite : split.same, opposite);
                }
            return of_column;
        };
        for (const bool opposite : {false, true}) {
            if (opposite && rows_.points % 2 != 0) continue;
            const auto of_column = row_spectra(opposite);
            for (std::size_t k = 0; k < of_column.front().size(); ++k) transform_row(of_column, k);
        }
    }

    void transform_row(const std::vector<std::vector<spectral_value>> &of_column, std::size_t k) {
        const int row = of_column.front()[k].frequency;
        const halves a = halves_of(cols_.points, [&](int col) { return of_column[col][k].a; });
        if (!of_column.front()[k].is_symbol) {
            for_each_half(a, [&](const values &half, bool opposite) {
                for (const spectral_value &v : spectrum(cols_.points, half, opposite))
                    v.is_symbol ? add_symbol(row, v.frequency, v.a, v.b) : add_number(row, v.frequency, v.a);
            });
            return;
        }
        const halves b = halves_of(cols_.points, [&](int col) { return of_column[col][k].b; });
        for_each_half(a, [&](const values &half_a, bool opposite) {
            const auto p = spectrum(cols_.points, half_a, opposite);
            const auto q = spectrum(cols_.points, opposite ? b.opposite : b.same, opposite);
            for (std::size_t g = 0; g < p.size(); ++g)
                p[g].is_symbol ? add_pair(row, p[g], q[g]) : add_symbol(row, p[g].frequency, p[g].a, q[g].a);
        });
    }

    // p + q w and p* + q* w, * being the conjugate: the transform at p's frequency and at the opposite one.
    void add_pair(int row, const spectral_value &p, const spectral_value &q) {
        const int col = p.frequency, opposite_col = cols_.points - col;
        if (order_ == 4) { // (a + b w)* = a - b w
            add_symbol(row, col, difference(p.a, q.b), sum(p.b, q.a));
            add_symbol(row, opposite_col, sum(p.a, q.b), difference(q.a, p.b));
            return;
        }
        // (a + b w)* = a + b - b w. Seven additions for six forms.
        const term a = difference(p.a, q.b), other_b = difference(q.a, p.b);
        const term common = sum(p.b, q.b);
        const term other_a = sum(p.a, common), b = sum(q.a, common);
        add_symbol(row, col, a, b);
        add_symbol(row, opposite_col, other_a, other_b);
    }

    void add_symbol(int row, int col, term a, term b) {
        add({row, col, 0}, a);
        add({row, col, 1}, b);
        add({row, col, 2}, order_ == 4 ? difference(a, b) : sum(a, b));
    }

    void add_number(int row, int col, term value) { add({row, col, 0}, value); }

    void add(const sfc_component &component, term value) {
        if (!value) throw std::invalid_argument("winograd: a component is always 0");
        result_.components.push_back(component);
        outputs_.push_back(value->value);
        result_.negative.push_back(value->negative);
    }

    template <typename Point>
    halves halves_of(int points, const Point &point) {
        halves split;
        if (points % 2 != 0) {
            for (int i = 0; i < points; ++i) split.same.push_back(point(i));
            return split;
        }
        for (int i = 0; i < points / 2; ++i) {
            const term x = point(i), y = point(i + points / 2);
            split.same.push_back(sum(x, y));
            split.opposite.push_back(difference(x, y));
        }
        return split;
    }

    template <typename Do>
    static void for_each_half(const halves &split, const Do &act) {
        act(split.same, false);
        if (!split.opposite.empty()) act(split.opposite, true);
    }

    // Of one half: the frequencies of which the conjugate one is as large or larger.
    std::vector<spectral_value> spectrum(int points, const values &z, bool opposite) {
        if (z.size() == 1) return {{opposite ? points / 2 : 0, z[0], {}, false}};
        if (z.size() == 2 && opposite) return {{1, z[0], z[1], true}};
        if (z.size() == 2) return {{0, sum(z[0], z[1]), {}, false}, {2, difference(z[0], z[1]), {}, false}};
        // Powers of w: 1, w, w - 1, then the same negated. With the sums, every other one: 1, w - 1, -w.
        if (opposite)
            return {{3, sum(difference(z[0], z[1]), z[2]), {}, false},
                    {1, difference(z[0], z[2]), sum(z[1], z[2]), true}};
        return {{0, sum(sum(z[0], z[1]), z[2]), {}, false},
                {points / 3, difference(z[0], z[1]), difference(z[1], z[2]), true}};
    }

    term cell(int row, int col) {
        return combined(cols_.lines, col, [&](int value_col) {
            return combined(rows_.lines, row, [&](int value_row) -> term {
                return signed_value {value_row * cols_.lines.cols() + value_col, false};
            });
        });
    }

    // The sum of a line's values, of which all coefficients have the same magnitude.
    term combined(const int_matrix &lines, int line, const std::function<term(int)> &value) {
        term total;
        int magnitude = 1;
        for (const bool negative : {false, true})
            for (int i = 0; i < lines.cols(); ++i) {
                if (lines(line, i) == 0 || (lines(line, i) < 0) != negative) continue;
                total = negative ? difference(total, value(i)) : sum(total, value(i));
                magnitude = std::abs(lines(line, i));
            }
        return times(total, magnitude);
    }

    term times(term x, int factor) {
        if (!x || factor == 1) return x;
        if (factor % 2 != 0) return sum(x, times(x, factor - 1));
        const term half = times(x, factor / 2);
        return out_.shift_left(*half, 1);
    }

    term sum(term x, term y) {
        if (!x) return y;
        return y ? out_.add(*x, *y) : x;
    }

    term difference(term x, term y) { return sum(x, y ? term(-*y) : y); }

    const int order_;
    const line_matrix &rows_, &cols_;
    program_builder out_;
    std::vector<int> outputs_;
    sfc_network result_;
};

} // namespace

sfc_network make_sfc_network(int order, const line_matrix &rows, const line_matrix &cols) {
    if ((order != 4 && order != 6) || order % rows.points != 0 || order % cols.points != 0)
        throw std::invalid_argument("winograd: no such cycle");
    return network_builder(order, rows, cols).take();
}

} // namespace winodnn
