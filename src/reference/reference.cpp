#include "reference/reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace winodnn {
namespace {

// To nearest, ties to even; of the two nearest, the one with an even mantissa.
std::uint16_t to_bf16(float y) {
    const auto bits = std::bit_cast<std::uint32_t>(y);
    if (std::isnan(y)) return std::uint16_t(bits >> 16 | 1);
    const std::uint32_t lower = bits & 0xffff, upper = bits >> 16;
    return std::uint16_t(upper + (lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1)));
}

std::uint16_t to_f16(float y) {
    const std::uint32_t sign = std::signbit(y) ? 0x8000 : 0;
    const float size = std::fabs(y);
    if (std::isnan(y)) return std::uint16_t(sign | 0x7e00);
    if (size >= 65520.f)
        return std::uint16_t(sign | 0x7c00); // nearer to 2^16, which is infinity, than to 65504
    const int exponent = size < 0x1p-14f ? -14 : std::ilogb(size); // below, numbers are multiples of 2^-24
    const auto steps = std::uint32_t(std::nearbyint(std::ldexp(size, 10 - exponent)));
    // The first bit of a normal number's mantissa adds one to the exponent field.
    return std::uint16_t(sign | ((std::uint32_t(exponent + 14) << 10) + steps));
}

// Saturated first: what is too big for the type must not reach the conversion. 2147483520 is the largest
// float that s32 can hold.
void write(data_type type, void *data, dim at, float y) {
    const auto rounded = [y](float lowest, float highest) {
        // To nearest, ties to even; what is not a number becomes the lowest value, as in oneDNN's later
        // versions.
        return std::isnan(y) ? lowest : std::nearbyint(std::min(std::max(y, lowest), highest));
    };
    switch (type) {
        case data_type::u8: static_cast<std::uint8_t *>(data)[at] = std::uint8_t(rounded(0.f, 255.f)); break;
        case data_type::s8: static_cast<std::int8_t *>(data)[at] = std::int8_t(rounded(-128.f, 127.f)); break;
        case data_type::s32:
            static_cast<std::int32_t *>(data)[at] = std::int32_t(rounded(-2147483648.f, 2147483520.f));
            break;
        case data_type::f32: static_cast<float *>(data)[at] = y; break;
        case data_type::bf16: static_cast<std::uint16_t *>(data)[at] = to_bf16(y); break;
        case data_type::f16: static_cast<std::uint16_t *>(data)[at] = to_f16(y); break;
    }
}

// An element of dst.
struct position {
    dim n, h, w, oc;

    dim in(const nhwc_strides &s) const { return n * s.n + h * s.h + w * s.w + oc; }
};

float operand_of(const post_op &op, const void *values, const position &at) {
    switch (op.operand) {
        case post_op::broadcast::common: return read_value(op.type, values, 0);
        case post_op::broadcast::per_oc: return read_value(op.type, values, at.oc);
        case post_op::broadcast::none: return read_value(op.type, values, at.in(op.operand_strides));
    }
    return 0.f;
}

float hardsigmoid(const post_op &op, float y) {
    return std::max(0.f, std::min(1.f, y * op.alpha + op.beta));
}

float apply(const problem &p, std::size_t index, float y, const run_args &args, const position &at) {
    using enum post_op::kind;
    const post_op &op = p.post_ops[index];
    const float x = op.has_operand() ? operand_of(op, args.operands[index], at) : 0.f;
    switch (op.op) {
        case sum: {
            const float before = read_value(op.type, args.dst, at.in(p.dst_strides())) - float(op.zero_point);
            return op.scale == 1.f ? y + before : std::fma(op.scale, before, y);
        }
        case relu:
            if (op.alpha == 0.f) return y > 0.f ? y : 0.f; // never -0, as oneDNN
            return y > 0.f ? y : op.alpha * y;
        case clip: return std::min(std::max(y, op.alpha), op.beta);
        case linear: return std::fma(op.alpha, y, op.beta);
        case abs: return std::fabs(y);
        case square: return y * y;
        case sqrt: return std::sqrt(y);
        case round: return std::nearbyint(y);
        case hardsigmoid: return winodnn::hardsigmoid(op, y);
        case hardswish: return y * winodnn::hardsigmoid(op, y);
        case staged: args.stages->apply(index, &y, 1); return y;
        case binary_add: return y + x;
        case binary_sub: return y - x;
        case binary_mul: return y * x;
        case binary_div: return y / x;
        case binary_max: return std::max(y, x);
        case binary_min: return std::min(y, x);
        case prelu: return y > 0.f ? y : y * x;
    }
    return y;
}

// The product of the two scales comes first, in f32, where oneDNN's kernels have it so.
float scaled(const problem &p, const run_args &args, dim oc, float y) {
    const bool per_oc = p.weights_scale == problem::weights_scale_kind::per_oc;
    if (p.weights_scale == problem::weights_scale_kind::none) return p.src_scale ? y * args.src_scale[0] : y;
    const float weights_scale = args.weights_scale[per_oc ? oc : 0];
    if (p.scales_in_turn) return y * args.src_scale[0] * weights_scale;
    return y * (p.src_scale ? args.src_scale[0] * weights_scale : weights_scale);
}

// Source minus zero point in a frame of padding, which is 0.
struct framed_image {
    dim width, height;
    std::vector<std::int16_t> values; // [group][height][width][ic of the group]
};

framed_image frame(const problem &p, const void *src, dim image, const typed_values &zero_points) {
    framed_image f {p.iw + p.pad_l + p.pad_r, p.ih + p.pad_t + p.pad_b, {}};
    f.values.assign(std::size_t(f.width * f.height * p.ic), 0);
    const nhwc_strides s = p.src_strides();
    for (dim h = 0; h < p.ih; ++h)
        for (dim w = 0; w < p.iw; ++w)
            for (dim c = 0; c < p.ic; ++c) {
                const dim group = c / p.group_ic(), row = group * f.height + h + p.pad_t;
                const dim to = (row * f.width + w + p.pad_l) * p.group_ic() + c % p.group_ic();
                const float value = read_value(p.src, src, image * s.n + h * s.h + w * s.w + c);
                const float zero_point =
                        p.src_zero_point ? zero_points[p.src_zero_point_per_ic ? c : 0] : 0.f;
                f.values[std::size_t(to)] = std::int16_t(value - zero_point);
            }
    return f;
}

// [oc][kh][kw][ic], so that source and weights run side by side.
std::vector<std::int16_t> channels_last(const problem &p, const std::int8_t *weights) {
    const dim ic = p.group_ic();
    std::vector<std::int16_t> result(std::size_t(p.oc * ic * p.taps()));
    for (dim oc = 0; oc < p.oc; ++oc)
        for (dim i = 0; i < ic; ++i)
            for (dim k = 0; k < p.taps(); ++k)
                result[std::size_t((oc * p.taps() + k) * ic + i)] = weights[(oc * ic + i) * p.taps() + k];
    return result;
}

std::int32_t dot(const std::int16_t *a, const std::int16_t *b, dim count) {
    std::int32_t sum = 0;
    for (dim i = 0; i < count; ++i) sum += std::int32_t(a[i]) * b[i];
    return sum;
}

} // namespace

std::vector<std::int32_t> reference_accumulators(
        const problem &p, const void *src, const std::int8_t *weights, const typed_values &src_zero_points) {
    constexpr dim max_ic = std::numeric_limits<std::int32_t>::max() / (255 * 128);
    if (p.group_ic() > max_ic) throw std::overflow_error("a tap's sum may be outside s32");
    const dim ic = p.group_ic();
    const std::vector<std::int16_t> kernels = channels_last(p, weights);
    std::vector<std::int32_t> result(std::size_t(p.mb * p.oh * p.ow * p.oc));
    auto out = result.begin();
    for (dim n = 0; n < p.mb; ++n) {
        const framed_image image = frame(p, src, n, src_zero_points);
        for (dim h = 0; h < p.oh; ++h)
            for (dim w = 0; w < p.ow; ++w)
                for (dim oc = 0; oc < p.oc; ++oc) {
                    const dim row = oc / p.group_oc() * image.height + h;
                    std::int64_t sum = 0;
                    for (dim kh = 0; kh < p.kh; ++kh)
                        for (dim kw = 0; kw < p.kw; ++kw) {
                            const dim pixel = (row + kh * p.dilation_h) * image.width + w + kw * p.dilation_w;
                            const dim tap = (oc * p.kh + kh) * p.kw + kw;
                            sum += dot(&image.values[std::size_t(pixel * ic)],
                                    &kernels[std::size_t(tap * ic)], ic);
                        }
                    if (sum != std::int32_t(sum)) throw std::overflow_error("an accumulator is outside s32");
                    *out++ = std::int32_t(sum);
                }
    }
    return result;
}

void reference_store(const problem &p, const run_args &args, const std::vector<std::int32_t> &accumulators) {
    for (std::size_t i = 0; i < accumulators.size(); ++i) {
        const dim pixel = dim(i) / p.oc;
        const position at {pixel / (p.oh * p.ow), pixel / p.ow % p.oh, pixel % p.ow, dim(i) % p.oc};
        const dim to = at.in(p.dst_strides());
        if (p.stores_accumulators()) {
            static_cast<std::int32_t *>(args.dst)[to] = accumulators[i];
            continue;
        }
        float y = scaled(p, args, at.oc, float(accumulators[i]));
        if (p.bias) y += args.bias[at.oc];
        for (std::size_t op = 0; op < p.post_ops.size(); ++op) y = apply(p, op, y, args, at);
        if (p.dst_scale) y *= 1.f / args.dst_scale[p.dst_scale_per_oc ? at.oc : 0];
        if (p.dst_zero_point) y += args.dst_zero_points[p.dst_zero_point_per_oc ? at.oc : 0];
        write(p.dst, args.dst, to, y);
    }
}

} // namespace winodnn
