// That a bilinear algorithm is one.
#pragma once

#include "winograd/bilinear_algorithm.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace winodnn::testing {

// The input that tap (k, l) of output (i, j) meets.
inline int input_of(const bilinear_algorithm &a, int output, int tap) {
    const int row = output / a.outputs.cols + tap / a.taps.cols;
    const int col = output % a.outputs.cols + tap % a.taps.cols;
    return row * a.inputs().cols + col;
}

// The products of unit vectors: factor * y is linear in x and in w, so that it is the correlation for all if
// it is for every pair of unit vectors.
inline void expect_correlation(const bilinear_algorithm &a) {
    ASSERT_EQ(a.input.cols(), a.inputs().count());
    ASSERT_EQ(a.weights.cols(), a.taps.count());
    ASSERT_EQ(a.output.rows(), a.outputs.count());
    ASSERT_EQ(a.components() * a.repeats(), a.m_planes());
    ASSERT_EQ(a.components() * a.terms(), a.u_planes());
    for (int x = 0; x < a.input.cols(); ++x)
        for (int w = 0; w < a.weights.cols(); ++w) {
            std::vector<int> m(static_cast<std::size_t>(a.m_planes()));
            for (int u = 0; u < a.u_planes(); ++u)
                for (int r = 0; r < a.repeats(); ++r) {
                    const int c = a.component_of_u(u);
                    const int v = a.v_plane(c, r) + a.term_of_u(u) * a.v_term_planes();
                    ASSERT_EQ(a.component_of_v(v), c);
                    ASSERT_EQ(a.component_of_m(a.m_plane(c, r)), c);
                    m[static_cast<std::size_t>(a.m_plane(c, r))] += a.input(v, x) * a.weights(u, w);
                }
            for (int y = 0; y < a.output.rows(); ++y) {
                int sum = 0;
                for (int plane = 0; plane < a.m_planes(); ++plane)
                    sum += a.output(y, plane) * m[static_cast<std::size_t>(plane)];
                ASSERT_EQ(sum, x == input_of(a, y, w) ? a.factor : 0)
                        << "input " << x << ", tap " << w << ", output " << y;
            }
        }
}

} // namespace winodnn::testing
