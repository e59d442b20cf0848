// Builds programs instruction by instruction.
#pragma once

#include "winograd/program.hpp"

#include <vector>

namespace winodnn {

// A value times +1 or -1: negations are put off until a subtraction absorbs them.
struct signed_value {
    int value;
    bool negative;

    signed_value operator-() const { return {value, !negative}; }
};

// Equal instructions are emitted once: what computes the same from the same values shares it.
class program_builder {
public:
    explicit program_builder(int inputs) { result_.inputs = inputs; }

    int emit(instruction::opcode op, int a, int b);
    signed_value add(signed_value x, signed_value y);
    signed_value shift_left(signed_value x, int distance);
    // Throws std::invalid_argument for a negative one: no instruction is left that could absorb the sign.
    static int positive(signed_value x);

    program take(std::vector<int> outputs);

private:
    program result_;
    // Of each value, the newest instruction with it as a, and of each instruction the one before: short
    // lists, in few allocations.
    std::vector<int> newest_with_, older_;
};

} // namespace winodnn
