// Winograd's F(m x n, r x s): tiles and algorithms from a transform along each dimension.
#pragma once

#include "winograd/tile.hpp"
#include "winograd/transform.hpp"

namespace winodnn {

// Every product of a row's and of a column's component is a component.
bilinear_algorithm make_toom_cook(const transform &rows, const transform &cols);
// With pieces of two outputs and more: of one they would save nothing. Those of a direct dimension begin at
// one.
tile make_toom_cook_tile(const char *name, const transform &rows, const transform &cols);

} // namespace winodnn
