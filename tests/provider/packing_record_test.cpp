// Programs that pack the same weights again and again: convolutions that are created after that are left to
// oneDNN, and what is packed is always what the program has now.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <cstring>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

bool is_ours(const dnnl::convolution_forward::primitive_desc &desc) {
    return std::string(desc.impl_info_str()).starts_with("wino:");
}

// Layers of one number of channels share what is counted, so each test has its own.
convolution_case layer(dim channels) {
    convolution_case c(channels, channels, 28, 28);
    c.algorithm = dnnl::algorithm::convolution_direct;
    c.seven_bit_weights = true; // oneDNN computes them as well
    return c;
}

// As a program that keeps plain weights: with their values now, so many executions.
std::vector<std::uint8_t> pack_and_execute(const convolution_case &c, const case_data &data,
        const dnnl::convolution_forward::primitive_desc &desc, int executions = 1) {
    execution e(c, data, desc);
    const dnnl::convolution_forward primitive(desc);
    for (int i = 0; i < executions; ++i) e.run(primitive);
    return e.dst();
}

constexpr char reason[] = "such weights are packed again and again, which takes longer than Winograd saves";

TEST(packing_record, weights_that_are_packed_for_each_execution_are_left_to_onednn) {
    WINODNN_SKIP_WITHOUT_ISA();
    const convolution_case c = layer(96);
    const case_data data(c);
    const auto expected = expected_dst(c, data);
    const auto first = make_desc(c);
    if (!is_ours(first)) GTEST_SKIP() << "declined here anyway: " << winodnn_last_decline_reason();
    for (int i = 0; i < 65; ++i) {
        const auto desc = make_desc(c);
        ASSERT_TRUE(is_ours(desc)) << i << ": " << winodnn_last_decline_reason();
        expect_equal(pack_and_execute(c, data, desc), expected);
    }
    const auto direct = make_desc(c);
    EXPECT_FALSE(is_ours(direct));
    EXPECT_STREQ(winodnn_last_decline_reason(), reason);
    expect_equal(pack_and_execute(c, data, direct), expected);

    // What was created before works on, and so does who asks by name or has packed weights.
    expect_equal(pack_and_execute(c, data, first), expected);
    convolution_case by_name = c;
    by_name.algorithm = dnnl::algorithm::convolution_winograd;
    EXPECT_TRUE(is_ours(make_desc(by_name)));

    // Executions make up for it.
    expect_equal(pack_and_execute(c, data, first, 32 * 66), expected);
    EXPECT_TRUE(is_ours(make_desc(c))) << winodnn_last_decline_reason();
}

TEST(packing_record, layers_with_weights_of_their_own_are_not) {
    WINODNN_SKIP_WITHOUT_ISA();
    const convolution_case c = layer(112);
    case_data data(c);
    for (int i = 0; i < 70; ++i) {
        const auto desc = make_desc(c);
        if (!is_ours(desc) && i == 0) GTEST_SKIP() << "declined here: " << winodnn_last_decline_reason();
        EXPECT_TRUE(is_ours(desc)) << i << ": " << winodnn_last_decline_reason();
        pack_and_execute(c, data, desc);
        data.weights[std::size_t(i) * 37] = static_cast<std::int8_t>(data.weights[std::size_t(i) * 37] ^ 1);
    }
}

TEST(packing_record, weights_that_change_in_place_are_never_old_ones) {
    WINODNN_SKIP_WITHOUT_ISA();
    convolution_case c(64, 64, 12, 13); // by name
    const auto desc = make_desc(c);
    ASSERT_TRUE(is_ours(desc));
    case_data data(c);
    const dnnl::memory::desc plain_desc(
            {64, 64, 3, 3}, dnnl::memory::data_type::s8, dnnl::memory::format_tag::oihw);
    dnnl::memory plain(plain_desc, cpu());
    for (int i = 0; i < 24; ++i) {
        // The same memory, and mostly the same values: one differs, at another place each time, or none.
        if (i % 3 != 0) {
            std::int8_t &changed = data.weights[std::size_t(i * 1531) % data.weights.size()];
            changed = static_cast<std::int8_t>(changed ^ 1);
        }
        std::memcpy(plain.get_data_handle(), data.weights.data(), data.weights.size());
        dnnl::memory block(desc.weights_desc(), cpu()), back(plain_desc, cpu());
        dnnl::stream stream(cpu());
        dnnl::reorder(plain, block).execute(stream, plain, block);
        dnnl::reorder(block, back).execute(stream, block, back);
        stream.wait();
        EXPECT_EQ(std::memcmp(back.get_data_handle(), data.weights.data(), data.weights.size()), 0) << i;
        expect_equal(pack_and_execute(c, data, desc), expected_dst(c, data));
    }
}

} // namespace
} // namespace winodnn::testing
