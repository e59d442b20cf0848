// Groups, and tensors that are views into bigger ones.
#include "convolution_case.hpp"

#include <cstring>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;

class layouts : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }
};

convolution_case grouped(dim groups, dim ic, dim oc, dim ih, dim iw) {
    convolution_case c(groups * ic, groups * oc, ih, iw);
    c.p.groups = groups;
    return c;
}

convolution_case with_scales(convolution_case c) {
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    return c;
}

// `gap` elements between the pixels, three times as many at the end of each row and each image.
nhwc_strides spread(dim h, dim w, dim channels, dim gap) {
    const dim row = w * (channels + gap) + 3 * gap;
    return {h * row + 3 * gap, row, channels + gap};
}

TEST_F(layouts, accumulators_of_groups) {
    for (const dim groups : {1, 2, 3, 8})
        for (const auto &[ic, oc] : {std::pair<dim, dim> {16, 16}, {19, 37}, {64, 65}})
            for (const pattern data : {pattern::random, pattern::extremes, pattern::largest_sums}) {
                convolution_case c = grouped(groups, ic, oc, 6, 7);
                c.p.dst = data_type::s32;
                c.data = data;
                check(c);
            }
}

TEST_F(layouts, scales_and_biases_of_groups) {
    for (const data_type dst : {data_type::u8, data_type::s8, data_type::s32, data_type::f32})
        for (const auto type : {memory::data_type::s8, memory::data_type::f32}) {
            convolution_case c = with_scales(grouped(2, 17, 35, 9, 8));
            c.p.dst = dst;
            c.p.src_zero_point = true;
            c.src_zero_point = 7;
            c.weights_type = type;
            c.p.mb = 2;
            check(c);
        }
}

TEST_F(layouts, weights_of_groups_in_every_plain_format) {
    for (const tag format : {tag::goihw, tag::hwigo, tag::giohw}) {
        convolution_case c = grouped(2, 16, 32, 6, 6);
        c.weights_format = format;
        check(c);
    }
}

TEST_F(layouts, views) {
    for (const dim gap : {0, 1, 13, 64})
        for (const guard side : {guard::before, guard::after})
            for (const dim groups : {0, 2}) {
                convolution_case c = with_scales(convolution_case(34, 46, 7, 9));
                c.p.groups = groups;
                c.p.mb = 2;
                c.side = side;
                c.p.src_view = spread(c.p.ih, c.p.iw, c.p.ic, gap);
                c.p.dst_view = spread(c.p.oh, c.p.ow, c.p.oc, gap);
                check(c);
            }
}

TEST_F(layouts, views_of_every_destination_with_a_sum) {
    for (const data_type dst : {data_type::u8, data_type::s8, data_type::s32, data_type::f32}) {
        convolution_case c = with_scales(convolution_case(16, 21, 5, 6));
        c.p.dst = dst;
        c.p.dst_view = spread(c.p.oh, c.p.ow, c.p.oc, 5);
        c.p.post_ops.push_back({post_op::kind::sum, 0.f, 0.f, 0.5f, 0, dst});
        check(c);
    }
}

// A part of each of two bigger tensors: channels, rows and columns from the middle.
TEST_F(layouts, submemories) {
    convolution_case c(32, 48, 6, 5);
    c.p.dst = data_type::s32;
    const case_data data(c);
    const memory::desc whole_src({2, 80, 9, 9}, memory::data_type::u8, tag::nhwc),
            whole_dst({2, 100, 8, 8}, memory::data_type::s32, tag::nhwc);
    const memory::dims src_at = {1, 16, 2, 3}, dst_at = {1, 9, 1, 2};
    const memory::desc src = whole_src.submemory_desc({1, 32, 6, 5}, src_at),
                       dst = whole_dst.submemory_desc({1, 48, 6, 5}, dst_at);
    const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
            c.algorithm, src, weights_desc(c), dst, {1, 1}, {1, 1}, {1, 1});
    ASSERT_TRUE(std::string(desc.impl_info_str()).starts_with("wino:"));
    EXPECT_EQ(desc.src_desc(), src);
    EXPECT_EQ(desc.dst_desc(), dst);

    execution e(c, data, desc); // for the weights
    guarded_buffer src_buffer(whole_src.get_size(), guard::after),
            dst_buffer(whole_dst.get_size(), guard::after);
    auto *pixels = reinterpret_cast<std::uint8_t *>(src_buffer.data());
    auto *sums = reinterpret_cast<std::int32_t *>(dst_buffer.data());
    const auto offset = [](const memory::desc &part, dim h, dim w) {
        return std::size_t(
                part.get_submemory_offset() + h * part.get_strides()[2] + w * part.get_strides()[3]);
    };
    for (dim h = 0; h < c.p.ih; ++h)
        for (dim w = 0; w < c.p.iw; ++w)
            std::memcpy(pixels + offset(src, h, w), data.src.data() + (h * c.p.iw + w) * c.p.ic,
                    std::size_t(c.p.ic));
    constexpr std::int32_t untouched = -77;
    const std::size_t count = whole_dst.get_size() / 4;
    std::vector<std::int32_t> expected(count, untouched);
    std::fill_n(sums, count, untouched);
    const std::vector<std::uint8_t> computed = expected_dst(c, data);
    for (dim h = 0; h < c.p.oh; ++h)
        for (dim w = 0; w < c.p.ow; ++w)
            std::memcpy(&expected[offset(dst, h, w)], computed.data() + (h * c.p.ow + w) * c.p.oc * 4,
                    std::size_t(c.p.oc) * 4);

    const dnnl::convolution_forward primitive(desc);
    // The parts' own descs, and the whole tensors': it is the primitive desc's offset that counts.
    for (const auto &[of_src, of_dst] : {std::pair {src, dst}, {whole_src, whole_dst}}) {
        std::fill_n(sums, count, untouched);
        e.arguments[DNNL_ARG_SRC] = memory(of_src, cpu(), pixels);
        e.arguments[DNNL_ARG_DST] = memory(of_dst, cpu(), sums);
        e.run(primitive);
        EXPECT_EQ(std::vector<std::int32_t>(sums, sums + count), expected);
    }
}

TEST_F(layouts, a_source_that_ends_before_its_view_is_refused) {
    convolution_case c(32, 32, 6, 6);
    c.p.src_view = spread(6, 6, 32, 10);
    const auto desc = make_desc(c);
    const case_data data(c);
    execution e(c, data, desc);
    convolution_case dense(32, 32, 6, 6);
    const memory::desc smaller = src_desc(dense.p, tag::nhwc);
    e.arguments[DNNL_ARG_SRC] = memory(smaller, cpu());
    try {
        e.run(dnnl::convolution_forward(desc));
        FAIL() << "it was executed";
    } catch (const dnnl::error &refused) {
        EXPECT_EQ(refused.status, dnnl_invalid_arguments);
    }
}

} // namespace
} // namespace winodnn::testing
