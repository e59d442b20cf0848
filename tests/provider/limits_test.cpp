// What programs ask for beyond the limits of src/problem/limits.hpp is declined, each with its reason. By
// name, so that oneDNN, which has no Winograd, does not have to think about such sizes.
#include "convolution_case.hpp"

#include "problem/limits.hpp"
#include "winodnn/winodnn.h"

#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;

// 3x3, padded to keep the image's size.
std::string decline_reason(
        dim mb, dim ic, dim oc, dim h, dim w, const dnnl::primitive_attr &attr = dnnl::primitive_attr()) {
    try {
        const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
                dnnl::algorithm::convolution_winograd, {{mb, ic, h, w}, type::u8, tag::any},
                {{oc, ic, 3, 3}, type::s8, tag::any}, {{mb, oc, h, w}, type::u8, tag::any}, {1, 1}, {1, 1},
                {1, 1}, attr);
        return std::string("taken over: ") + desc.impl_info_str();
    } catch (const dnnl::error &error) {
        EXPECT_EQ(error.status, dnnl_unimplemented);
        return winodnn_last_decline_reason();
    }
}

TEST(limits, are_reasons_to_decline) {
    EXPECT_TRUE(decline_reason(1, 32, 32, 8, 8).starts_with("taken over: wino:"));
    EXPECT_EQ(decline_reason(1, most_group_ic + 1, 16, 3, 3),
            "more input channels in a group than 32-bit displacements reach");
    EXPECT_EQ(
            decline_reason(1, 16, most_oc + 1, 3, 3), "more output channels than 32-bit displacements reach");
    EXPECT_EQ(decline_reason(1, 16, 16, 3, longest_row / 16 + 1), "rows too long for 32-bit displacements");
    EXPECT_EQ(decline_reason(most_output_pixels / 9 + 1, 16, 16, 3, 3),
            "more output pixels than are laid out in tiles");
    EXPECT_EQ(decline_reason(1, 16, 16, most_rows + 1, 3), "more output pixels than are laid out in tiles");
    EXPECT_EQ(decline_reason(1, least_group_channels - 1, 16, 3, 3),
            "fewer than 16 input or output channels in a group");
    EXPECT_EQ(decline_reason(1, 16, least_group_channels - 1, 3, 3),
            "fewer than 16 input or output channels in a group");
    EXPECT_EQ(decline_reason(most_elements / 16, 16, 16, 1, 1), "sizes that memory does not have");
    EXPECT_EQ(decline_reason(1, dim {1} << 28, dim {1} << 28, 4, 4), "sizes that memory does not have");
}

// oneDNN's own limit to post-ops is ours: the list of operands has no room for more.
TEST(limits, post_ops_are_as_many_as_onednn_takes) {
    dnnl::primitive_attr attr;
    dnnl::post_ops ops;
    std::size_t count = 0;
    try {
        for (; count <= most_post_ops; ++count) ops.append_eltwise(dnnl::algorithm::eltwise_abs, 0.f, 0.f);
    } catch (const dnnl::error &) {
        EXPECT_EQ(count, most_post_ops);
    }
    attr.set_post_ops(ops);
    const std::string reason = decline_reason(1, 32, 32, 8, 8, attr);
    if (count > most_post_ops)
        EXPECT_EQ(reason, "more than 32 post-ops");
    else
        EXPECT_TRUE(reason.starts_with("taken over: wino:")) << reason;
}

} // namespace
} // namespace winodnn::testing
