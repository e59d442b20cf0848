// One plain description of the convolution that a user asks for. No oneDNN types: the provider translates
// to it, everything behind the provider speaks it.
#pragma once

#include "problem/post_op.hpp"
#include "problem/refusal.hpp"
#include "problem/rounding.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace winodnn {

// One spatial dimension of a convolution, in pixels.
struct axis {
    dim in, out, taps, pad; // pad: before the first pixel
    dim dilation = 1;       // pixels from one tap to the next

    // The first pixel that an output reads; one before 0 is padding.
    dim first_input(dim output) const { return output - pad; }
    // Outputs of one phase, every dilation-th, read pixels of one phase: to them the convolution is dense.
    dim phases() const { return std::min(dilation, out); }
    dim outputs_of_phase(dim phase) const { return ceil_div(out - phase, dilation); }
};

// A kernel of 3x3, 5x5, 1x3, 3x1, 1x5 or 5x1 taps, stride 1; src and dst nhwc.
// dst = saturate(round_to_nearest_even(post_ops(float(acc) * (src_scale * weights_scale[oc]) + bias[oc])
//                                      * (1 / dst_scale[oc]) + dst_zero_point[oc]))
// with acc[n][oh][ow][oc] = sum over ic, kh, kw of (src - src_zero_point) * weights, in s32. Pixels in the
// padding count as the source zero point, that is as 0 after the subtraction.
struct problem {
    enum class weights_scale_kind : std::uint8_t { none, common, per_oc };

    dim mb = 0, ic = 0, ih = 0, iw = 0, oc = 0, oh = 0, ow = 0; // ic and oc of all groups
    dim groups = 0;                                             // 0: the weights have no group dimension
    dim kh = 3, kw = 3;
    dim dilation_h = 1, dilation_w = 1;             // pixels from one tap to the next: oneDNN counts from 0
    dim pad_t = 0, pad_l = 0, pad_b = 0, pad_r = 0; // not negative
    data_type src = data_type::u8;                  // u8 or s8
    data_type dst = data_type::u8;                  // any
    // Of views into bigger tensors; none: dense.
    std::optional<nhwc_strides> src_view, dst_view;
    std::optional<data_type> bias; // any type
    weights_scale_kind weights_scale = weights_scale_kind::none;
    // Values known at execution; one each, or one for each input or output channel of all groups.
    bool src_scale = false, dst_scale = false;
    // (float(acc) * src_scale) * weights_scale[oc], instead of by the product of the two: some oneDNNs have
    // it so.
    bool scales_in_turn = false;
    bool src_zero_point = false, dst_zero_point = false;
    // What the program says of values: of the source, a promise, which an execution checks; of the weights,
    // what is to be expected.
    int source_bits = 8, weights_bits = 8;
    bool dst_scale_per_oc = false, src_zero_point_per_ic = false, dst_zero_point_per_oc = false;
    std::vector<post_op> post_ops;

    bool operator==(const problem &) const = default;

    // With s32 dst and nothing to apply the accumulators themselves are stored, never rounded through f32.
    bool stores_accumulators() const;
    dim group_count() const { return groups == 0 ? 1 : groups; }
    dim group_ic() const { return ic / group_count(); }
    dim group_oc() const { return oc / group_count(); }
    nhwc_strides src_strides() const;
    nhwc_strides dst_strides() const;
    // From the first element to behind the last one, in elements.
    dim src_extent() const;
    dim dst_extent() const;
    dim extent_of(const nhwc_strides &like_dst) const; // of another tensor with dst's dims
    dim taps() const { return kh * kw; }
    axis rows() const { return {ih, oh, kh, pad_t, dilation_h}; }
    axis cols() const { return {iw, ow, kw, pad_l, dilation_w}; }
    dim macs() const { return mb * oh * ow * oc * group_ic() * taps(); } // of direct convolution
};

// The values that src - src_zero_point can take; 0 is always among them (padding).
struct value_range {
    std::int32_t lo = 0, hi = 0;
    bool operator==(const value_range &) const = default;
};
value_range source_range(data_type src, bool zero_point);
value_range source_range(const problem &p);
// What is left of a type's range, or of that of differences, if values have fewer bits: 0 .. 15 or -8 .. 7
// for 4.
constexpr value_range in_bits(value_range of_eight, int bits) {
    return {of_eight.lo >> (8 - bits), of_eight.hi >> (8 - bits)};
}

// Whether the problem is within the limits of limits.hpp.
expected<void> check_limits(const problem &p);

// benchdnn's problem syntax: mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1
std::string to_string(const problem &p);

} // namespace winodnn
