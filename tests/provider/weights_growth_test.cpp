// winodnn_set_max_weights_growth, as programs meet it.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace winodnn::testing {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

class weights_growth : public ::testing::Test {
protected:
    void TearDown() override { EXPECT_EQ(winodnn_set_max_weights_growth(infinite), 0); }
};

double growth_of(const dnnl::convolution_forward::primitive_desc &desc) {
    const auto dims = desc.weights_desc().get_dims();
    double plain = 1;
    for (const auto d : dims) plain *= double(d);
    return double(desc.weights_desc().get_size()) / plain;
}

bool is_ours(const dnnl::convolution_forward::primitive_desc &desc) {
    return std::string(desc.impl_info_str()).starts_with("wino:");
}

convolution_case direct(dim channels, dim pixels) {
    convolution_case c(channels, channels, pixels, pixels);
    c.algorithm = dnnl::algorithm::convolution_direct;
    return c;
}

TEST_F(weights_growth, is_unbounded_unless_asked_for_and_takes_back_no_wrong_bound) {
    EXPECT_EQ(winodnn_max_weights_growth(), infinite);
    EXPECT_EQ(winodnn_set_max_weights_growth(4), 0);
    EXPECT_EQ(winodnn_max_weights_growth(), 4);
    for (const double wrong : {0.99, 0., -4., -infinite, std::nan("")}) {
        EXPECT_EQ(winodnn_set_max_weights_growth(wrong), -1) << wrong;
        EXPECT_EQ(winodnn_max_weights_growth(), 4);
    }
    EXPECT_EQ(winodnn_set_max_weights_growth(1), 0);
    EXPECT_EQ(winodnn_max_weights_growth(), 1);
}

TEST_F(weights_growth, bounds_the_memory_and_leaves_the_values) {
    for (const dim groups : {0, 2})
        for (const double bound : {3.5, 4.5, 6., infinite}) {
            convolution_case c(256, 256, 13, 14); // by name
            c.p.groups = groups;
            ASSERT_EQ(winodnn_set_max_weights_growth(bound), 0);
            const auto desc = make_desc(c);
            EXPECT_TRUE(is_ours(desc));
            EXPECT_LE(growth_of(desc), bound);
            EXPECT_STREQ(winodnn_last_decline_reason(), "");
            check(c);
        }
}

TEST_F(weights_growth, takes_a_smaller_tile_or_declines) {
    const convolution_case c = direct(128, 56);
    const auto free = make_desc(c);
    if (!is_ours(free)) GTEST_SKIP() << "declined here anyway: " << winodnn_last_decline_reason();
    ASSERT_EQ(winodnn_set_max_weights_growth(0.99 * growth_of(free)), 0);
    const auto smaller = make_desc(c);
    EXPECT_TRUE(is_ours(smaller)) << winodnn_last_decline_reason();
    EXPECT_LE(growth_of(smaller), 0.99 * growth_of(free));
    ASSERT_EQ(winodnn_set_max_weights_growth(1), 0);
    EXPECT_FALSE(is_ours(make_desc(c)));
    const std::string reason = winodnn_last_decline_reason();
    EXPECT_TRUE(reason.starts_with("packed weights would take ")
                && reason.ends_with(" times the bytes of plain ones, and 1 times are allowed"))
            << reason;
    convolution_case by_name = c;
    by_name.algorithm = dnnl::algorithm::convolution_winograd;
    EXPECT_THROW(make_desc(by_name), dnnl::error);
    EXPECT_EQ(winodnn_last_decline_reason(), reason);
}

TEST_F(weights_growth, does_not_ask_weights_that_are_packed_already) {
    convolution_case c(64, 64, 13, 14);
    const auto packed = make_desc(c).weights_desc();
    ASSERT_EQ(winodnn_set_max_weights_growth(1), 0);
    const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
            c.algorithm, src_desc(c.p, dnnl::memory::format_tag::nhwc), packed,
            dst_desc(c.p, dnnl::memory::format_tag::nhwc), {1, 1}, {1, 1}, {1, 1});
    EXPECT_TRUE(is_ours(desc));
    EXPECT_EQ(desc.weights_desc(), packed);
    check(c, desc, dnnl::convolution_forward(desc));
}

} // namespace
} // namespace winodnn::testing
