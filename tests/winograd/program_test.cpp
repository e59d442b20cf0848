#include "winograd/program.hpp"

#include "support/transforms.hpp"

#include <gtest/gtest.h>

#include <random>

namespace winodnn {
namespace {

std::vector<std::int64_t> run(const program &p, std::vector<std::int64_t> values) {
    for (const instruction &i : p.code) switch (i.op) {
            case instruction::opcode::add:
                values.push_back(values[i.a] + (values[i.b] * (std::int64_t {1} << i.shift)));
                break;
            case instruction::opcode::sub:
                values.push_back(values[i.a] - (values[i.b] * (std::int64_t {1} << i.shift)));
                break;
            case instruction::opcode::shift_left:
                values.push_back(values[i.a] * (std::int64_t {1} << i.b));
                break;
        }
    std::vector<std::int64_t> outputs;
    for (const int value : p.outputs) outputs.push_back(values[value]);
    return outputs;
}

std::vector<std::int64_t> random_values(int count) {
    static std::mt19937 random(1);
    std::uniform_int_distribution<int> any(-1000, 1000);
    std::vector<std::int64_t> values(count);
    for (auto &v : values) v = any(random);
    return values;
}

void expect_product(const int_matrix &m) {
    const auto x = random_values(m.cols());
    const auto y = run(compile(m), x);
    ASSERT_EQ(y.size(), static_cast<std::size_t>(m.rows()));
    for (int r = 0; r < m.rows(); ++r) {
        std::int64_t sum = 0;
        for (int c = 0; c < m.cols(); ++c) sum += m(r, c) * x[c];
        EXPECT_EQ(y[r], sum) << "row " << r;
    }
}

int_matrix from(std::initializer_list<std::initializer_list<int>> rows) {
    int_matrix m(static_cast<int>(rows.size()), static_cast<int>(rows.begin()->size()));
    int r = 0;
    for (const auto &row : rows) {
        int c = 0;
        for (const int value : row) m(r, c++) = value;
        ++r;
    }
    return m;
}

TEST(program, computes_every_tile_transform) {
    for (const transform &t : testing::all_transforms()) {
        expect_product(t.input);
        expect_product(t.output);
    }
}

TEST(program, fused_shifts_change_nothing_but_the_number_of_instructions) {
    int fewer = 0;
    for (const transform &t : testing::all_transforms())
        for (const int_matrix &m : {t.input, t.output}) {
            const program plain = compile(m), fused = with_fused_shifts(plain);
            const auto x = random_values(m.cols());
            EXPECT_EQ(run(plain, x), run(fused, x));
            EXPECT_LE(fused.code.size(), plain.code.size());
            fewer += fused.code.size() < plain.code.size();
        }
    EXPECT_GT(fewer, 0);
    // Of F(4, 3)'s 14 instructions 4 are shifts of values that are added to others.
    const int_matrix output = testing::f4().output;
    EXPECT_EQ(with_fused_shifts(compile(output)).code.size() + 4, compile(output).code.size());
    // (x0 << 1) is an output as well.
    const program kept = {
            2, {{instruction::opcode::shift_left, 0, 1}, {instruction::opcode::add, 1, 2}}, {2, 3}};
    EXPECT_EQ(with_fused_shifts(kept).code.size(), 2u);
}

TEST(program, computes_random_matrices) {
    std::mt19937 random(2);
    std::uniform_int_distribution<int> entry(-9, 9);
    for (int n = 0; n < 500; ++n) {
        int_matrix m(1 + n % 5, 2 + n % 6);
        for (int r = 0; r < m.rows(); ++r) {
            for (int c = 0; c < m.cols(); ++c) m(r, c) = entry(random);
            m(r, n % m.cols()) = 1 + std::abs(m(r, n % m.cols())); // something positive in each row
        }
        // Half of the time a mirrored row, for the butterflies: it needs a positive entry of its own.
        if (n % 2 && m.rows() > 1 && m.cols() > 2) {
            m(0, 0) = 3;
            m(0, 1) = 5;
            for (int c = 0; c < m.cols(); ++c) m(1, c) = c % 2 ? -m(0, c) : m(0, c);
        }
        expect_product(m);
    }
}

TEST(program, passes_inputs_through) {
    expect_product(from({{1, 0}, {0, 1}, {1, 1}}));
}

TEST(program, shares_work) {
    // 19 additions and shifts for the input rows one by one, butterflies included, one of them shared.
    EXPECT_LE(compile(testing::f4().input).code.size(), 18u);
    EXPECT_LE(compile(testing::f4().output).code.size(), 14u);
    EXPECT_LE(compile(testing::f2().input).code.size(), 4u);
}

TEST(program, refuses_what_it_cannot_express) {
    EXPECT_THROW(compile(from({{0, 0}})), std::invalid_argument);
    EXPECT_THROW(compile(from({{-1, -2}})), std::invalid_argument);
}

TEST(program, two_dimensions) {
    for (const transform &down : testing::all_transforms())
        for (const transform &across : testing::all_transforms()) {
            const int_matrix &rows = down.output, &cols = across.output;
            const auto x = random_values(rows.cols() * cols.cols());
            const auto y = run(compile(rows, cols), x);
            for (int i = 0; i < rows.rows(); ++i)
                for (int j = 0; j < cols.rows(); ++j) {
                    std::int64_t sum = 0;
                    for (int k = 0; k < rows.cols(); ++k)
                        for (int l = 0; l < cols.cols(); ++l)
                            sum += rows(i, k) * cols(j, l) * x[k * cols.cols() + l];
                    EXPECT_EQ(y[i * cols.rows() + j], sum);
                }
        }
}

} // namespace
} // namespace winodnn
