// Post-ops with operands, those that oneDNN computes for us, 16-bit floats and quantization per channel.
#include "convolution_case.hpp"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using kind = post_op::kind;
using broadcast = post_op::broadcast;

constexpr data_type all_types[] = {
        data_type::u8, data_type::s8, data_type::s32, data_type::f32, data_type::bf16, data_type::f16};

class post_ops : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }
};

convolution_case scaled(dim ic, dim oc, dim ih, dim iw) {
    convolution_case c(ic, oc, ih, iw);
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    return c;
}

post_op with_operand(kind op, data_type type, broadcast operand, const problem &p, dim gap = 0) {
    post_op result {.op = op, .type = type, .operand = operand};
    if (operand == broadcast::none)
        result.operand_strides = {p.oh * p.ow * (p.oc + gap), p.ow * (p.oc + gap), p.oc + gap};
    return result;
}

TEST_F(post_ops, operands_of_every_kind_type_and_broadcast) {
    int taken = 0;
    for (const kind op : {kind::binary_add, kind::binary_sub, kind::binary_mul, kind::binary_div,
                 kind::binary_max, kind::binary_min, kind::prelu})
        for (const data_type type : all_types)
            for (const broadcast operand : {broadcast::common, broadcast::per_oc, broadcast::none})
                for (const data_type dst : {data_type::u8, data_type::f32}) {
                    if (op == kind::prelu && (type != data_type::f32 || operand == broadcast::none)) continue;
                    convolution_case c = scaled(20, 37, 6, 7);
                    c.p.mb = 2;
                    c.p.dst = dst;
                    c.p.post_ops = {with_operand(op, type, operand, c.p), {.op = kind::relu, .alpha = 0.25f}};
                    if (!onednn_takes(c)) continue;
                    ++taken;
                    check(c);
                }
    EXPECT_GT(taken, 100);
}

TEST_F(post_ops, operands_of_groups_and_views) {
    for (const broadcast operand : {broadcast::common, broadcast::per_oc, broadcast::none})
        for (const dim gap : {0, 3}) {
            convolution_case c = scaled(34, 46, 5, 6);
            c.p.groups = 2;
            const dim pixel = c.p.oc + gap;
            c.p.dst_view = nhwc_strides {c.p.oh * c.p.ow * pixel, c.p.ow * pixel, pixel};
            c.p.post_ops = {with_operand(kind::binary_add, data_type::s8, operand, c.p, 2 * gap),
                    {.op = kind::sum, .scale = 0.5f, .type = data_type::u8},
                    with_operand(kind::binary_mul, data_type::f32, operand, c.p, gap)};
            check(c);
        }
}

TEST_F(post_ops, plain_eltwise) {
    for (const kind op :
            {kind::abs, kind::square, kind::sqrt, kind::round, kind::hardsigmoid, kind::hardswish})
        for (const data_type dst : {data_type::u8, data_type::f32}) {
            convolution_case c = scaled(20, 37, 6, 7);
            c.p.dst = dst;
            c.p.post_ops = {{.op = kind::relu}, {.op = op, .alpha = 0.3f, .beta = 0.4f}};
            if (onednn_takes(c)) check(c);
        }
}

float value_at(const std::vector<std::uint8_t> &bytes, std::size_t index) {
    return read_value(data_type::f32, bytes.data(), dim(index));
}

// Steps from one float to the other.
std::int64_t ulps_between(float a, float b) {
    if (std::isnan(a) && std::isnan(b)) return 0;
    const auto ordered = [](float x) {
        const auto bits = std::bit_cast<std::int32_t>(x);
        return bits < 0 ? std::int64_t {INT32_MIN} - bits : std::int64_t {bits};
    };
    return std::abs(ordered(a) - ordered(b));
}

struct computed_eltwise {
    algorithm alg;
    float alpha, beta;
};

// x^1: computed by oneDNN like the others, and every bit is known.
void expect_staged_is_right(convolution_case c) {
    c.p.dst = data_type::f32;
    const case_data data(c);
    const std::vector<std::uint8_t> expected = expected_dst(c, data);
    c.p.post_ops = {{.op = kind::staged, .alpha = 1.f, .beta = 1.f, .function = int(algorithm::eltwise_pow)}};
    SCOPED_TRACE(to_string(c));
    const auto desc = make_desc(c);
    execution e(c, data, desc);
    e.run(dnnl::convolution_forward(desc));
    expect_equal(e.dst(), expected);
}

// Whole tiles or smaller pieces, blocks of one size or of two: whatever the plan, its stages are there.
TEST_F(post_ops, stages_fit_every_cover_of_the_image) {
    if (runs_on_queues()) GTEST_SKIP() << "declined where streams are SYCL queues";
    for (const dim dilation : {1, 3, 5})
        for (const dim size : {11, 14, 22, 29, 38}) {
            convolution_case c(70, 18, size, 9);
            c.dilation = dilation;
            c.pad(dilation, dilation, 2 * dilation + 1, dilation - 1);
            expect_staged_is_right(c);
        }
}

// Against oneDNN's own convolution, where its sums are the true ones: small weights, so that none saturates.
TEST_F(post_ops, eltwise_that_onednn_computes_is_its_own_to_the_ulp) {
    if (runs_on_queues()) GTEST_SKIP() << "declined where streams are SYCL queues";
    const computed_eltwise all[] = {{algorithm::eltwise_tanh, 0.f, 0.f}, {algorithm::eltwise_elu, 0.7f, 0.f},
            {algorithm::eltwise_soft_relu, 1.5f, 0.f}, {algorithm::eltwise_logistic, 0.f, 0.f},
            {algorithm::eltwise_mish, 0.f, 0.f}, {algorithm::eltwise_swish, 0.9f, 0.f},
            {algorithm::eltwise_log, 0.f, 0.f}, {algorithm::eltwise_exp, 0.f, 0.f},
            {algorithm::eltwise_gelu_tanh, 0.f, 0.f}, {algorithm::eltwise_gelu_erf, 0.f, 0.f},
            {algorithm::eltwise_pow, 0.5f, 2.f}, {algorithm::eltwise_tanh_use_dst_for_bwd, 0.f, 0.f},
            {algorithm::eltwise_logistic_use_dst_for_bwd, 0.f, 0.f}};
    int compared = 0;
    for (const computed_eltwise &e : all)
        for (const int position : {0, 1, 2}) {
            convolution_case c = scaled(20, 37, 9, 10);
            c.p.mb = 2;
            c.p.dst = data_type::f32;
            const post_op computed {
                    .op = kind::staged, .alpha = e.alpha, .beta = e.beta, .function = int(e.alg)};
            c.p.post_ops = {{.op = kind::linear, .alpha = 0.01f, .beta = 0.5f}};
            if (position == 2) c.p.post_ops.push_back(computed); // twice, with something in between
            c.p.post_ops.push_back({.op = kind::abs});
            c.p.post_ops.push_back(computed);
            if (position >= 1) c.p.post_ops.push_back({.op = kind::linear, .alpha = 2.f, .beta = 1.f});
            case_data data(c);
            for (std::int8_t &w : data.weights) w = std::int8_t(w / 2);
            SCOPED_TRACE(to_string(c) + " alg " + std::to_string(int(e.alg)));
            auto desc = make_desc(c);
            ASSERT_TRUE(std::string(desc.impl_info_str()).starts_with("wino:")) << desc.impl_info_str();
            execution ours(c, data, desc);
            ours.run(dnnl::convolution_forward(desc));

            ASSERT_TRUE(desc.next_impl());
            if (desc.src_desc() != src_desc(c.p, memory::format_tag::nhwc)) continue;
            execution theirs(c, data, desc);
            theirs.run(dnnl::convolution_forward(desc));
            ++compared;
            std::int64_t worst = 0;
            for (std::size_t i = 0; i < ours.dst().size() / 4; ++i)
                worst = std::max(worst, ulps_between(value_at(ours.dst(), i), value_at(theirs.dst(), i)));
            EXPECT_LE(worst, 1);
        }
    EXPECT_GT(compared, 30);
}

TEST_F(post_ops, sixteen_bit_destinations_and_biases) {
    int taken = 0;
    for (const data_type dst : all_types)
        for (const data_type bias : all_types) {
            convolution_case c = scaled(33, 50, 7, 6);
            c.p.dst = dst;
            c.p.bias = bias;
            c.p.post_ops = {
                    {.op = kind::sum, .scale = 0.75f, .type = dst}, {.op = kind::relu, .alpha = 0.1f}};
            if (!onednn_takes(c)) continue;
            ++taken;
            check(c);
        }
    EXPECT_GE(taken, 8);
}

TEST_F(post_ops, quantization_per_channel_as_far_as_onednn_has_it) {
    int taken = 0;
    for (const data_type dst : {data_type::u8, data_type::s8, data_type::f32})
        for (int what = 1; what < 8; ++what)
            for (const dim groups : {0, 2}) {
                convolution_case c = scaled(34, 42, 7, 6);
                c.p.dst = dst;
                c.p.groups = groups;
                c.p.dst_scale = c.p.dst_scale_per_oc = (what & 1) != 0;
                c.p.src_zero_point = c.p.src_zero_point_per_ic = (what & 2) != 0;
                c.p.dst_zero_point = c.p.dst_zero_point_per_oc = (what & 4) != 0;
                c.src_zero_point = 9;
                c.dst_zero_point = -3;
                if (!onednn_takes(c)) continue;
                ++taken;
                check(c);
            }
    if (taken == 0) GTEST_SKIP() << "this oneDNN has none of it";
}

TEST_F(post_ops, an_operand_of_another_type_or_size_is_refused) {
    convolution_case c = scaled(32, 32, 6, 6);
    c.p.post_ops = {with_operand(kind::binary_add, data_type::f32, broadcast::per_oc, c.p)};
    const auto desc = make_desc(c);
    const case_data data(c);
    const dnnl::convolution_forward primitive(desc);
    const int arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;
    const auto refused = [&](const memory::desc &operand) {
        execution e(c, data, desc);
        if (operand.get_ndims() == 0)
            e.arguments.erase(arg);
        else
            e.arguments[arg] = memory(operand, cpu());
        try {
            e.run(primitive);
            return false;
        } catch (const dnnl::error &error) {
            return error.status == dnnl_invalid_arguments;
        }
    };
    using tag = memory::format_tag;
    using type = memory::data_type;
    EXPECT_TRUE(refused({}));
    EXPECT_TRUE(refused({{1, 32, 1, 1}, type::s32, tag::nchw}));
    EXPECT_TRUE(refused({{1, 31, 1, 1}, type::f32, tag::nchw}));
    EXPECT_FALSE(refused({{1, 32, 1, 1}, type::f32, tag::nchw}));
}

} // namespace
} // namespace winodnn::testing
