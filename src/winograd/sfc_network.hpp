// The additions of a two-dimensional symbolic Fourier convolution, from values to components.
#pragma once

#include "winograd/cycle.hpp"
#include "winograd/program.hpp"

#include <vector>

namespace winodnn {

// One product. Along each dimension it is of a frequency of the cycle, 0 to points - 1, or of a correction:
// points + its number.
struct sfc_component {
    int row, col;
    int form; // of the three that a product of symbols takes; 0 if the component is a plain number

    bool operator==(const sfc_component &) const = default;
};

struct sfc_network {
    std::vector<sfc_component> components; // in the order in which the program has them
    program additions;                     // from rows x cols values; an output for each component
    std::vector<bool> negative;            // of each output: the program's is to be negated
};

// Order of the symbol: 4 or 6, a multiple of the points of both dimensions. Throws std::invalid_argument if
// it is not, or if a component is 0 whatever the values are.
sfc_network make_sfc_network(int order, const line_matrix &rows, const line_matrix &cols);

} // namespace winodnn
