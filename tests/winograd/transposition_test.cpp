#include "winograd/transposition.hpp"

#include "support/interpret.hpp"
#include "support/transforms.hpp"
#include "winograd/partial_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace winodnn {
namespace {

using testing::matrix_of;

// Every coefficient row and column has something positive, as programs need it.
int_matrix random_matrix(int rows, int cols, std::mt19937 &random) {
    int_matrix m(rows, cols);
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < cols; ++c) m(r, c) = static_cast<int>(random() % 11) - 5;
    for (int i = 0; i < std::max(rows, cols); ++i) m(i % rows, i % cols) = 1 + static_cast<int>(random() % 5);
    return m;
}

TEST(transposition, multiplies_with_the_transposed_matrix) {
    std::mt19937 random(1);
    for (int n = 0; n < 300; ++n) {
        const int_matrix m = random_matrix(1 + n % 6, 1 + n % 7, random);
        std::vector<bool> negative(static_cast<std::size_t>(m.rows()));
        // One output with the other sign, where each input has something positive left.
        if (m.rows() > 2 && n % 2 == 0) {
            negative[0] = true;
            bool possible = true;
            for (int c = 0; c < m.cols(); ++c) {
                bool positive = m(0, c) < 0;
                for (int r = 1; r < m.rows(); ++r) positive = positive || m(r, c) > 0;
                possible = possible && positive;
            }
            if (!possible) negative[0] = false;
        }
        const int_matrix got = matrix_of(transposed(compile(m), negative));
        ASSERT_EQ(got.rows(), m.cols());
        for (int r = 0; r < m.rows(); ++r)
            for (int c = 0; c < m.cols(); ++c)
                ASSERT_EQ(got(c, r), negative[static_cast<std::size_t>(r)] ? -m(r, c) : m(r, c));
    }
}

// As many additions, but for the difference between inputs and outputs.
TEST(transposition, takes_as_many_additions) {
    const int_matrix m = testing::f4().output;
    const auto additions = [](const program &p) {
        return std::ranges::count_if(
                p.code, [](const instruction &i) { return i.op != instruction::opcode::shift_left; });
    };
    const program p = compile(m);
    EXPECT_EQ(additions(transposed(p, std::vector<bool>(4))), additions(p) + 4 - 6);
}

TEST(transposition, refuses_what_it_cannot_express) {
    const program unused {2, {{instruction::opcode::shift_left, 0, 1}}, {2}};
    EXPECT_THROW(transposed(unused, {false}), std::invalid_argument);
    const program plain {1, {{instruction::opcode::shift_left, 0, 1}}, {1}};
    EXPECT_NO_THROW(transposed(plain, {false}));
    EXPECT_THROW(transposed(plain, {true}), std::invalid_argument);
}

TEST(partial_program, has_the_outputs_that_were_asked_for_and_no_more_instructions) {
    const int_matrix m = testing::f4().input;
    const program whole = compile(m);
    for (const std::vector<int> &outputs : {std::vector<int> {0}, {5, 1}, {2, 2, 3}, {}}) {
        const program part = partial_program(whole, outputs);
        const int_matrix got = matrix_of(part);
        ASSERT_EQ(part.outputs.size(), outputs.size());
        for (std::size_t i = 0; i < outputs.size(); ++i)
            for (int c = 0; c < m.cols(); ++c) EXPECT_EQ(got(static_cast<int>(i), c), m(outputs[i], c));
        EXPECT_LT(part.code.size(), whole.code.size());
    }
    EXPECT_TRUE(partial_program(whole, {}).code.empty());
    EXPECT_EQ(partial_program(whole, {0, 1, 2, 3, 4, 5}).code, whole.code);
}

} // namespace
} // namespace winodnn
