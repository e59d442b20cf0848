// Tiles by symbolic Fourier convolution.
#pragma once

#include "winograd/sfc.hpp"
#include "winograd/tile.hpp"

namespace winodnn {

// With the pieces of even numbers of outputs along each dimension. A calibration has ranges for each pair of
// sizes, and odd ones would save next to nothing: a row of 6 and 5 outputs takes 19 products instead of 20.
tile make_sfc_tile(const char *name, const sfc_shape &shape);

} // namespace winodnn
