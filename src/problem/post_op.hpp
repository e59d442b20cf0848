// Post-ops: what is done, in f32, to each scaled and biased accumulator y, in the order of a list.
#pragma once

#include "problem/data_type.hpp"

namespace winodnn {

// Elements from one image, row and pixel to the next; channels are neighbours.
struct nhwc_strides {
    dim n = 0, h = 0, w = 0;
    bool operator==(const nhwc_strides &) const = default;
};

struct post_op {
    enum class kind : std::uint8_t {
        sum,         // y + scale * (dst_before - zero_point), dst_before read as `type`
        relu,        // y > 0 ? y : alpha * y
        clip,        // min(max(y, alpha), beta)
        linear,      // alpha * y + beta, rounded once
        abs,         // |y|
        square,      // y * y
        sqrt,        // y^1/2
        round,       // to the nearest whole number, ties to even
        hardsigmoid, // max(0, min(1, alpha * y + beta))
        hardswish,   // y * hardsigmoid(y)
        staged,      // computed by the host, for whole stages of values: see stage_function
        // With a second operand x of `type`:
        binary_add, // y + x
        binary_sub, // y - x
        binary_mul, // y * x
        binary_div, // y / x
        binary_max,
        binary_min,
        prelu, // y > 0 ? y : x * y
    };
    // Which values x an operand has.
    enum class broadcast : std::uint8_t {
        common, // one
        per_oc, // one for each output channel of all groups
        none,   // one for each element of dst: a tensor of its dims in nhwc
    };
    kind op = kind::relu;
    float alpha = 0.f;
    float beta = 0.f;
    float scale = 1.f;
    std::int32_t zero_point = 0;
    data_type type = data_type::u8;
    broadcast operand = broadcast::common;
    nhwc_strides operand_strides {}; // if not broadcast
    int function = 0;                // the host's name for what is staged

    bool operator==(const post_op &) const = default;
    bool has_operand() const { return op >= kind::binary_add; }
};

const char *name_of(post_op::kind kind);

} // namespace winodnn
