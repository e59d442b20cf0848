// Which planes of V, U and M belong to which product.
#pragma once

#include "winograd/transform.hpp"

#include <vector>

namespace winodnn {

// V, U and M are arrays of matrices, one a plane. A component without a direct dimension has one plane of
// each, and M[c] = V[c] U[c]. Where a dimension is direct, the planes along it are input rows (columns),
// weights and outputs: M of component c at its repeat r is the sum over the terms k of V at input r + k and U
// at weight k.
struct plane_numbering {
    int terms = 1;         // products that a sum adds up
    int repeats = 1;       // sums of each component
    int v_term_planes = 1; // from V's plane of one term to that of the next one
    // Of each plane.
    std::vector<int> component_of_v, component_of_u, component_of_m, term_of_u;
    // By component, then by repeat: the plane of V of the first term, and the plane of M.
    std::vector<int> v, m;

    int components() const { return static_cast<int>(m.size()) / repeats; }
};

// One plane of each for each component.
plane_numbering one_plane_a_component(int components);
// Planes are row-major, like the pixels, taps and outputs that they are transformed from or to.
plane_numbering planes_of(const transform &rows, const transform &cols);

} // namespace winodnn
