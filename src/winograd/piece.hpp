// Smaller pieces of a tile, which cover what is left of an image where whole tiles would stick out.
//
// F(m, r) and F(k, r) with k < m evaluate the same polynomials of the weights, the smaller one at fewer
// points: it can multiply with the weights that were transformed for the larger one, of which it takes no
// notice of some components. So 14 pixels are 4 + 4 + 4 + 2 and take 6 + 6 + 6 + 4 products instead of 24, 13
// are 4 + 3 + 3 + 3, without a second set of weights.
#pragma once

#include "problem/problem.hpp"
#include "winograd/transform.hpp"

#include <compare>
#include <vector>

namespace winodnn {

// Of a piece's inputs along one dimension, those that lie inside the image; the others are padding.
struct extent {
    int begin = 0, end = 0;
    auto operator<=>(const extent &) const = default;
};

// Along one dimension.
struct piece {
    transform how;
    // Which of the whole tile's planes of V and M along this dimension its own are, in order.
    std::vector<int> v, m;
    // Vector instructions of the transforms, of each line of pixels or of sums.
    int input_instructions = 0, output_instructions = 0;

    int outputs() const { return how.outputs(); }
    bool has_m(int plane) const;
};

// All sizes that there are, the whole one last. Winograd pieces have two outputs or more: of one they would
// save nothing.
std::vector<piece> make_pieces(const transform &whole);

// How one dimension of the outputs is covered: so many pieces of one size, then so many of a smaller one,
// which uses only planes that the larger one has as well. The last piece can stick out.
struct cover {
    const piece *large = nullptr, *small = nullptr; // small: nullptr if there are none
    dim large_count = 0, small_count = 0;

    dim count() const { return large_count + small_count; }
    bool is_small(dim tile) const { return tile >= large_count; }
    const piece &at(dim tile) const { return is_small(tile) ? *small : *large; }
    dim first_output(dim tile) const;
};

// The cover of the fewest products. `whole_only`: of nothing but whole tiles.
cover cover_of(const std::vector<piece> &pieces, dim outputs, bool whole_only);

} // namespace winodnn
