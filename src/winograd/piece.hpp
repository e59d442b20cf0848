// Smaller pieces of a tile, which cover what is left of an image where whole tiles would stick out.
//
// F(m, r) and F(k, r) with k < m evaluate the same polynomials of the weights, the smaller one at fewer
// points: it can multiply with the weights that were transformed for the larger one, of which it takes no
// notice of some components. So 14 pixels are 4 + 4 + 4 + 2 and take 6 + 6 + 6 + 4 products instead of 24, 13
// are 4 + 3 + 3 + 3, without a second set of weights.
#pragma once

#include "winograd/transform.hpp"

#include <vector>

namespace winodnn {

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

} // namespace winodnn
