// winodnn_set_bits, as programs meet it.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using convolution_pd = dnnl::convolution_forward::primitive_desc;

struct bits_each {
    int source, weights;
};
constexpr bits_each four {4, 4};

convolution_pd make_desc(const convolution_case &c, bits_each bits) {
    dnnl::primitive_attr attr = attributes(c);
    EXPECT_EQ(winodnn_set_bits(attr.get(), bits.source, bits.weights), 0);
    return {cpu(), dnnl::prop_kind::forward_inference, c.algorithm, src_desc(c, c.src_format),
            weights_desc(c), bias_desc(c.p), dst_desc(c, c.dst_format), {1, 1}, {0, 0},
            {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r}, attr};
}

std::string name_of(const convolution_pd &desc) {
    return desc.impl_info_str();
}

bool is_promised(const convolution_pd &desc) {
    return name_of(desc).find(":exact8:") != std::string::npos;
}

// Values of so many bits.
case_data data_of(const convolution_case &c, bits_each bits) {
    case_data data(c);
    for (std::uint8_t &x : data.src)
        x = c.p.src == data_type::u8 ? std::uint8_t(x >> (8 - bits.source))
                                     : std::uint8_t(std::int8_t(x) >> (8 - bits.source));
    for (std::int8_t &w : data.weights) w = std::int8_t(w >> (8 - bits.weights));
    return data;
}

// Every byte; returns how many executions were oneDNN's.
std::uint64_t check(const convolution_case &c, const case_data &data, const convolution_pd &desc) {
    const std::uint64_t before = winodnn_executed_by_onednn();
    execution e(c, data, desc);
    e.run(dnnl::convolution_forward(desc));
    expect_equal(e.dst(), expected_dst(c, data));
    return winodnn_executed_by_onednn() - before;
}

convolution_case with_sum(data_type src) {
    convolution_case c(64, 70, 13, 14);
    c.p.src = src;
    c.p.bias = data_type::f32;
    c.p.src_scale = c.p.dst_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    post_op sum;
    sum.op = post_op::kind::sum;
    sum.type = c.p.dst;
    c.p.post_ops = {sum};
    return c;
}

TEST(bits, take_what_bits_there_are_and_attributes_that_are_known) {
    dnnl::primitive_attr attr;
    for (const auto &[source, weights] : {std::pair {0, 4}, {9, 4}, {4, 0}, {4, 9}, {-1, -1}})
        EXPECT_EQ(winodnn_set_bits(attr.get(), source, weights), -1);
    EXPECT_EQ(winodnn_set_bits(nullptr, 4, 4), -1);
    EXPECT_EQ(winodnn_set_bits(reinterpret_cast<dnnl_primitive_attr *>(&attr), 4, 4), -1);
    EXPECT_EQ(winodnn_set_bits(attr.get(), 8, 8), 0);
}

TEST(bits, of_kept_promises_are_exact) {
    WINODNN_SKIP_WITHOUT_ISA();
    for (const data_type src : {data_type::u8, data_type::s8})
        for (const bits_each bits : {four, bits_each {3, 2}, bits_each {1, 8}}) {
            const convolution_case c = with_sum(src);
            const convolution_pd desc = make_desc(c, bits);
            EXPECT_TRUE(is_promised(desc)) << name_of(desc);
            EXPECT_EQ(check(c, data_of(c, bits), desc), 0u);
        }
}

TEST(bits, of_broken_promises_are_as_exact_by_onednn) {
    WINODNN_SKIP_WITHOUT_ISA();
    for (const data_type src : {data_type::u8, data_type::s8}) {
        const convolution_case c = with_sum(src);
        const convolution_pd desc = make_desc(c, four);
        ASSERT_TRUE(is_promised(desc)) << name_of(desc);
        case_data data = data_of(c, four);
        // Without VNNI oneDNN halves weights.
        for (std::int8_t &w : data.weights) w = std::int8_t(w & ~1);
        for (const std::size_t at : {std::size_t {0}, data.src.size() / 2, data.src.size() - 1})
            for (const int wrong : {16, 255, 100}) {
                case_data broken = data;
                broken.src[at] = std::uint8_t(src == data_type::s8 && wrong == 255 ? -9 : wrong);
                EXPECT_EQ(check(c, broken, desc), 1u) << at;
            }
    }
}

TEST(bits, of_weights_that_are_larger_than_expected_are_as_exact) {
    WINODNN_SKIP_WITHOUT_ISA();
    const convolution_case c = with_sum(data_type::u8);
    const convolution_pd desc = make_desc(c, four);
    for (const int weights_bits : {5, 6, 8}) EXPECT_EQ(check(c, data_of(c, {4, weights_bits}), desc), 0u);
    // Then nothing is in 8 bits, and nothing is promised.
    EXPECT_EQ(check(c, data_of(c, {8, 8}), desc), 0u);
}

TEST(bits, belong_to_copies_of_attributes_and_can_be_taken_back) {
    const convolution_case c = with_sum(data_type::u8);
    dnnl::primitive_attr attr = attributes(c);
    ASSERT_EQ(winodnn_set_bits(attr.get(), 4, 4), 0);
    const auto promised = [&c](const dnnl::primitive_attr &of) {
        return is_promised({cpu(), dnnl::prop_kind::forward_inference, c.algorithm, src_desc(c, c.src_format),
                weights_desc(c), bias_desc(c.p), dst_desc(c, c.dst_format), {1, 1}, {0, 0},
                {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r}, of});
    };
    dnnl_primitive_attr_t copy = nullptr;
    ASSERT_EQ(dnnl_primitive_attr_clone(&copy, attr.get()), dnnl_success);
    EXPECT_TRUE(promised(dnnl::primitive_attr(copy)));
    ASSERT_EQ(winodnn_set_bits(attr.get(), 8, 8), 0);
    EXPECT_FALSE(promised(attr));
}

// Weights that are packed already are for sources of as many bits, and come back.
TEST(bits, are_part_of_packed_weights) {
    const convolution_case c = with_sum(data_type::u8);
    const convolution_pd desc = make_desc(c, four);
    ASSERT_TRUE(is_promised(desc));
    const auto with_packed = [&](bits_each bits) {
        dnnl::primitive_attr attr = attributes(c);
        winodnn_set_bits(attr.get(), bits.source, bits.weights);
        return status_of([&] {
            convolution_pd(cpu(), dnnl::prop_kind::forward_inference, c.algorithm, src_desc(c, c.src_format),
                    desc.weights_desc(), bias_desc(c.p), dst_desc(c, c.dst_format), {1, 1}, {0, 0},
                    {c.p.pad_t, c.p.pad_l}, {c.p.pad_b, c.p.pad_r}, attr);
        });
    };
    EXPECT_EQ(with_packed(four), dnnl_success);
    EXPECT_EQ(with_packed({4, 8}), dnnl_success);
    EXPECT_EQ(with_packed({3, 4}), dnnl_unimplemented);
    EXPECT_EQ(with_packed({8, 8}), dnnl_unimplemented);
}

} // namespace
} // namespace winodnn::testing
