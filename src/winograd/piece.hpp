// Smaller pieces of a tile, which cover what is left of an image where whole tiles would stick out.
//
// A piece has fewer outputs, multiplies with weights that were transformed for the whole tile, and takes no
// notice of some of them: of points, of frequencies or of corrections. So 14 pixels are 4 + 4 + 4 + 2 and
// take 6 + 6 + 6 + 4 products instead of 24, 13 are 4 + 3 + 3 + 3, without a second set of weights.
#pragma once

#include <vector>

namespace winodnn {

// Along one dimension.
struct piece {
    int outputs = 1, inputs = 1;
    int products = 1; // of each line of pixels
    // What of the whole tile it uses, in numbers that mean the same for all its pieces: ascending.
    std::vector<int> used {};

    bool uses_all_of(const piece &other) const;
};

} // namespace winodnn
