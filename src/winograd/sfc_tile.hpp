// Tiles by symbolic Fourier convolution.
#pragma once

#include "winograd/sfc.hpp"
#include "winograd/tile.hpp"

#include <initializer_list>

namespace winodnn {

// With pieces of these numbers of outputs along each dimension. A calibration has ranges for each pair of
// sizes, and some would save next to nothing: a row of 6 and 5 outputs takes 19 products instead of 20.
tile make_sfc_tile(const char *name, const sfc_shape &shape, std::initializer_list<int> pieces);

} // namespace winodnn
