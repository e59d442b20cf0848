#include "problem/post_op.hpp"

namespace winodnn {

const char *name_of(post_op::kind kind) {
    using enum post_op::kind;
    switch (kind) {
        case sum: return "sum";
        case relu: return "relu";
        case clip: return "clip";
        case linear: return "linear";
        case abs: return "abs";
        case square: return "square";
        case sqrt: return "sqrt";
        case round: return "round";
        case hardsigmoid: return "hardsigmoid";
        case hardswish: return "hardswish";
        case staged: return "staged";
        case binary_add: return "binary_add";
        case binary_sub: return "binary_sub";
        case binary_mul: return "binary_mul";
        case binary_div: return "binary_div";
        case binary_max: return "binary_max";
        case binary_min: return "binary_min";
        case prelu: return "prelu";
    }
    return "unknown";
}

} // namespace winodnn
