#include "onednn/draw.hpp"

#include <algorithm>

namespace winodnn::testing {
namespace {

using dnnl::algorithm;
using tag = dnnl::memory::format_tag;
using kind = post_op::kind;

class drawer {
public:
    drawer(unsigned seed, unsigned index) : random_(seed * 2654435761u + index) {
        random_.discard(4); // close seeds begin alike
    }

    int pick(int count) { return int(random_() % unsigned(count)); }
    bool one_in(int count) { return pick(count) == 0; }
    float between(float least, float most) { return least + (most - least) * float(pick(1001)) / 1000.f; }
    template <typename T>
    T any_of(std::initializer_list<T> list) {
        return list.begin()[pick(int(list.size()))];
    }

private:
    std::mt19937 random_;
};

dim draw_channels(drawer &d) {
    if (d.one_in(25)) return 1 + d.pick(15);
    if (d.one_in(4)) return d.any_of<dim>({16, 32, 64, 96, 128});
    return 16 + d.pick(115);
}

void draw_shape(drawer &d, convolution_case &c) {
    if (d.one_in(6)) {
        c.kh = c.kw = 5;
    } else if (d.one_in(12)) {
        (d.one_in(2) ? c.kh : c.kw) = 5;
        (c.kh == 5 ? c.kw : c.kh) = 1;
    } else if (d.one_in(4)) {
        c.kh = d.any_of<dim>({1, 1, 3, 3, 5});
        c.kw = d.any_of<dim>({1, 3, 3, 5});
        c.stride = d.any_of<dim>({1, 2});
    }
    if (d.one_in(6)) c.dilation = d.any_of<dim>({1, 1, 2, 3, 5, 11});
    problem &p = c.p;
    p.groups = d.one_in(5) ? d.any_of<dim>({1, 2, 4}) : 0;
    p.ic = draw_channels(d);
    p.oc = draw_channels(d);
    p.mb = d.any_of<dim>({1, 1, 1, 2, 3, 5});
    p.ih = d.one_in(6) ? 18 + d.pick(30) : 1 + d.pick(17);
    p.iw = d.one_in(6) ? 18 + d.pick(30) : 1 + d.pick(17);
    if (d.one_in(20)) {
        p.ic = 384 + d.pick(200); // whose sums need the channels split
        p.mb = 1;
        p.ih = 2 + d.pick(9);
        p.iw = 2 + d.pick(9);
    }
    if (p.groups > 1) {
        p.ic = std::min<dim>(p.ic, 130) * p.groups;
        p.oc *= p.groups;
        p.mb = 1;
    }
    const bool same_size = d.one_in(6);
    const auto side = [&](dim kernel) -> dim {
        if (same_size) return kernel / 2;
        if (d.one_in(8)) return d.pick(int((kernel - 1) * (c.dilation + 1) + 2));
        return d.one_in(20) ? d.pick(int(kernel)) : d.pick(2);
    };
    const dim top = side(c.kh), left = side(c.kw), bottom = side(c.kh), right = side(c.kw);
    c.pad(top, left, bottom, right);
    // As much padding as it takes for an output.
    if (c.p.oh < 1 || c.p.ow < 1) {
        p.ih = std::max(p.ih, (c.kh - 1) * (c.dilation + 1) + 1);
        p.iw = std::max(p.iw, (c.kw - 1) * (c.dilation + 1) + 1);
        c.pad(top, left, bottom, right);
    }
}

// Images of one and three dimensions: none of winodnn's, but its functions see them.
void draw_rank(drawer &d, convolution_case &c) {
    if (!d.one_in(12)) return;
    c.rank = d.any_of({1, 3});
    if (c.rank == 3) {
        c.kd = d.any_of<dim>({1, 3});
        c.id = (c.kd - 1) * (c.dilation + 1) + 1 + d.pick(3);
        return;
    }
    // With groups, weights of which the last two sizes are those of a 2-D kernel, but are not.
    if (c.p.groups > 0 && d.one_in(2)) c.p.ic = c.p.groups * d.any_of<dim>({1, 3});
    c.kh = c.p.ih = 1;
    c.pad(0, c.p.pad_l, 0, c.p.pad_r);
}

// Nothing to compute, or nothing to compute it from.
void draw_empty(drawer &d, convolution_case &c) {
    if (!d.one_in(40)) return;
    problem &p = c.p;
    switch (d.pick(4)) {
        case 0: p.mb = 0; break;
        case 1: p.oc = 0; break;
        case 2: p.ic = 0; break;
        default: p.iw = 0; c.pad(p.pad_t, 1, p.pad_b, c.kw - 2);
    }
}

void draw_quantization(drawer &d, convolution_case &c) {
    problem &p = c.p;
    p.src = d.any_of({data_type::u8, data_type::u8, data_type::s8});
    p.dst = d.any_of({data_type::u8, data_type::u8, data_type::s8, data_type::s32, data_type::f32,
            data_type::bf16, data_type::f16});
    // None in bf16: oneDNN v3.2's own convolution by gemm misreads it, otherwise each time.
    if (d.pick(2) == 0) p.bias = d.any_of({data_type::f32, data_type::f32, data_type::s32, data_type::s8});
    p.src_scale = d.pick(2) == 0;
    p.weights_scale = d.any_of({problem::weights_scale_kind::none, problem::weights_scale_kind::common,
            problem::weights_scale_kind::per_oc});
    p.dst_scale = d.pick(2) == 0;
    p.dst_scale_per_oc = p.dst_scale && d.one_in(10);
    p.src_zero_point = d.one_in(3);
    p.dst_zero_point = d.one_in(3);
    p.src_zero_point_per_ic = p.src_zero_point && d.one_in(10);
    p.dst_zero_point_per_oc = p.dst_zero_point && d.one_in(10);
    // Most in the source data type; some a little outside it, as benchdnn draws them, some far.
    c.src_zero_point = d.pick(256) - (p.src == data_type::s8 ? 128 : 0);
    if (d.one_in(6)) c.src_zero_point = d.pick(1000) - 500;
    if (d.one_in(12)) c.src_zero_point = d.pick(40000) - 20000;
    c.dst_zero_point = d.pick(300) - 150;
}

post_op draw_eltwise(drawer &d) {
    post_op op;
    op.alpha = d.between(-1.f, 2.f);
    op.beta = d.between(-3.f, 3.f);
    if (d.pick(2) == 0) {
        op.op = d.any_of({kind::relu, kind::relu, kind::clip, kind::linear, kind::abs, kind::square,
                kind::sqrt, kind::round, kind::hardsigmoid, kind::hardswish});
        if (op.op == kind::relu && d.pick(2) == 0) op.alpha = 0.f;
        if (op.op == kind::clip) op.beta = op.alpha + 10.f * d.between(0.f, 20.f);
        return op;
    }
    op.op = kind::staged;
    op.function = int(d.any_of({algorithm::eltwise_tanh, algorithm::eltwise_elu, algorithm::eltwise_soft_relu,
            algorithm::eltwise_logistic, algorithm::eltwise_mish, algorithm::eltwise_swish,
            algorithm::eltwise_log, algorithm::eltwise_exp, algorithm::eltwise_gelu_tanh,
            algorithm::eltwise_gelu_erf, algorithm::eltwise_pow}));
    return op;
}

post_op draw_operand(drawer &d, const problem &p) {
    post_op op;
    if (d.one_in(5)) {
        op.op = kind::prelu;
        op.type = data_type::f32;
        op.operand = d.any_of({post_op::broadcast::common, post_op::broadcast::per_oc});
        return op;
    }
    op.op = d.any_of({kind::binary_add, kind::binary_sub, kind::binary_mul, kind::binary_div,
            kind::binary_max, kind::binary_min});
    op.type = d.any_of({data_type::u8, data_type::s8, data_type::s32, data_type::f32});
    op.operand = d.any_of({post_op::broadcast::common, post_op::broadcast::per_oc, post_op::broadcast::none});
    if (op.operand == post_op::broadcast::none) op.operand_strides = {p.oh * p.ow * p.oc, p.ow * p.oc, p.oc};
    return op;
}

// What becomes of values that are not numbers is nowhere defined, and differs between versions of oneDNN:
// roots, logarithms and powers are of what has one, and for integers, which infinities become too, all stays
// finite.
void append(problem &p, const post_op &op) {
    const bool log_or_pow =
            op.function == int(algorithm::eltwise_log) || op.function == int(algorithm::eltwise_pow);
    if (op.op == kind::sqrt) p.post_ops.push_back({.op = kind::abs});
    // Behind others it would make whole steps of what they round differently.
    if (op.op == kind::round && !p.post_ops.empty()) return;
    if (op.op == kind::staged && (is_integer(p.dst) || log_or_pow))
        p.post_ops.push_back({.op = kind::clip, .alpha = 0.25f, .beta = 20.f});
    p.post_ops.push_back(op);
}

void draw_post_ops(drawer &d, problem &p) {
    for (int count = d.any_of({0, 0, 1, 1, 2, 3, 4}); count > 0; --count) switch (d.pick(3)) {
            case 0:
                p.post_ops.push_back({.op = kind::sum,
                        .scale = d.pick(2) == 0 ? 1.f : d.between(-1.f, 2.f),
                        .zero_point = is_integer(p.dst) && d.one_in(3) ? d.pick(20) : 0,
                        .type = p.dst == data_type::u8 && d.one_in(4) ? data_type::s8 : p.dst});
                break;
            case 1: append(p, draw_eltwise(d)); break;
            default: p.post_ops.push_back(draw_operand(d, p));
        }
}

// nhwc with a gap behind each pixel and each row.
nhwc_strides spread(drawer &d, dim h, dim w, dim channels) {
    const dim pixel = channels + d.pick(20), row = w * pixel + d.pick(30);
    return {h * row + d.pick(40), row, pixel};
}

void draw_layouts(drawer &d, convolution_case &c) {
    const auto draw_format = [&] { return d.any_of({tag::any, tag::any, tag::any, tag::nhwc, tag::nhwc}); };
    c.src_format = draw_format();
    c.dst_format = draw_format();
    problem &p = c.p;
    c.weights_type = d.any_of({dnnl::memory::data_type::s8, dnnl::memory::data_type::f32});
    if (p.groups == 0 && c.rank == 2) c.weights_format = d.any_of({tag::oihw, tag::hwio, tag::ohwi});
    // Most of these oneDNN leaves to its reference implementation, which takes its time.
    const bool small = p.macs() * c.id * c.kd < 4'000'000;
    if (small && d.one_in(20)) c.src_format = c.dst_format = tag::nchw;
    if (c.rank != 2) return;
    if (small && c.src_format == tag::nhwc && d.one_in(2)) p.src_view = spread(d, p.ih, p.iw, p.ic);
    if (small && c.dst_format == tag::nhwc && d.one_in(2)) p.dst_view = spread(d, p.oh, p.ow, p.oc);
    const bool alike = p.ih == p.oh && p.iw == p.ow && size_of(p.dst) == 1 && p.src_extent() > 0 && p.oc > 0;
    if (alike && d.one_in(2)) {
        c.one_tensor = true;
        c.src_format = c.dst_format = tag::nhwc;
        const dim pixel = p.ic + p.oc;
        p.src_view = p.dst_view = nhwc_strides {p.ih * p.iw * pixel, p.iw * pixel, pixel};
    }
    if (d.one_in(5)) c.misalignment = std::size_t(1 + d.pick(3));
}

} // namespace

drawn_case draw(unsigned seed, unsigned index, bool seven_bits) {
    drawer d(seed, index);
    drawn_case drawn;
    convolution_case &c = drawn.c;
    c.seven_bit_weights = seven_bits;
    draw_shape(d, c);
    draw_rank(d, c);
    draw_empty(d, c);
    draw_quantization(d, c);
    draw_post_ops(d, c.p);
    draw_layouts(d, c);
    c.algorithm = d.any_of({algorithm::convolution_direct, algorithm::convolution_direct,
            algorithm::convolution_auto, algorithm::convolution_winograd, algorithm::convolution_winograd,
            algorithm::convolution_winograd, algorithm::convolution_winograd, algorithm::convolution_winograd,
            algorithm::convolution_winograd, algorithm::convolution_winograd});
    if (!drawn.is_candidate() && drawn.by_name()) c.algorithm = algorithm::convolution_direct;
    c.user_scratchpad = d.one_in(3);
    c.data = pattern(d.pick(5));
    c.side = d.any_of({guard::after, guard::before});
    drawn.threads = 1 + d.pick(4);
    drawn.moves = d.one_in(3);
    drawn.cache_capacity = d.any_of({0, 1, 1024, 1024, 1024});
    if (d.one_in(10)) drawn.max_weights_growth = d.any_of({1., 3.5, 4., 6., 8.});
    return drawn;
}

} // namespace winodnn::testing
