// A transform matrix as a straight-line program of vector additions and shifts.
#pragma once

#include "winograd/matrix.hpp"

#include <vector>

namespace winodnn {

// Values are numbered: first the inputs, then one for each instruction, in order.
struct instruction {
    enum class opcode { add, sub, shift_left };
    opcode op;
    int a;         // value
    int b;         // value, or the shift's distance
    int shift = 0; // of an addition's or subtraction's b, which counts 2^shift times: see with_fused_shifts

    bool operator==(const instruction &) const = default;
};

struct program {
    int inputs = 0;
    std::vector<instruction> code;
    std::vector<int> outputs; // values
};

// outputs = m * inputs. All arithmetic is modulo 2^width, so a program is right for every width in which the
// results fit, whatever its intermediate values do. Rows and columns that differ in signs only share their
// work (the butterflies of the points +a and -a), equal subexpressions are computed once.
// Throws std::invalid_argument for a row without positive coefficients: turn its sign, and that of its
// weights.
program compile(const int_matrix &m);

// The two-dimensional transform outputs = rows * inputs * cols^T, row-major both ways: `rows` along each
// column of the inputs, then `cols` along each row of what that gives.
program compile(const int_matrix &rows, const int_matrix &cols);

// The same with shifts as a part of the addition or subtraction that is their only use, where that is of its
// second operand: for vectors that multiply and add in one instruction.
program with_fused_shifts(const program &p);

} // namespace winodnn
