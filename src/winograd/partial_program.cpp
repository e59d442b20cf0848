#include "winograd/partial_program.hpp"

#include <cstddef>

namespace winodnn {

program partial_program(const program &p, const std::vector<int> &outputs) {
    std::vector<bool> needed(p.inputs + p.code.size());
    for (const int output : outputs) needed[p.outputs[output]] = true;
    for (std::size_t n = p.code.size(); n-- > 0;) {
        if (!needed[p.inputs + n]) continue;
        needed[p.code[n].a] = true;
        if (p.code[n].op != instruction::opcode::shift_left) needed[p.code[n].b] = true;
    }

    program partial {p.inputs, {}, {}};
    std::vector<int> renamed(needed.size());
    for (int input = 0; input < p.inputs; ++input) renamed[input] = input;
    for (std::size_t n = 0; n < p.code.size(); ++n) {
        if (!needed[p.inputs + n]) continue;
        instruction i = p.code[n];
        i.a = renamed[i.a];
        if (i.op != instruction::opcode::shift_left) i.b = renamed[i.b];
        renamed[p.inputs + n] = p.inputs + static_cast<int>(partial.code.size());
        partial.code.push_back(i);
    }
    for (const int output : outputs) partial.outputs.push_back(renamed[p.outputs[output]]);
    return partial;
}

} // namespace winodnn
