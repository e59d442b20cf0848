// What a program computes, one value at a time, modulo 2^bits of T.
#pragma once

#include "winograd/program.hpp"

#include <type_traits>
#include <vector>

namespace winodnn::testing {

template <typename T>
std::vector<T> interpret(const program &p, std::vector<T> values) {
    using wide = std::make_unsigned_t<T>;
    for (const instruction &i : p.code) switch (i.op) {
            case instruction::opcode::add:
                values.push_back(static_cast<T>(wide(values[i.a]) + (wide(values[i.b]) << i.shift)));
                break;
            case instruction::opcode::sub:
                values.push_back(static_cast<T>(wide(values[i.a]) - (wide(values[i.b]) << i.shift)));
                break;
            case instruction::opcode::shift_left:
                values.push_back(static_cast<T>(wide(values[i.a]) << i.b));
                break;
        }
    std::vector<T> outputs;
    for (const int value : p.outputs) outputs.push_back(values[value]);
    return outputs;
}

// The matrix that a program multiplies with.
inline int_matrix matrix_of(const program &p) {
    int_matrix m(static_cast<int>(p.outputs.size()), p.inputs);
    for (int c = 0; c < p.inputs; ++c) {
        std::vector<int> unit(static_cast<std::size_t>(p.inputs));
        unit[static_cast<std::size_t>(c)] = 1;
        const std::vector<int> column = interpret(p, unit);
        for (int r = 0; r < m.rows(); ++r) m(r, c) = column[static_cast<std::size_t>(r)];
    }
    return m;
}

} // namespace winodnn::testing
