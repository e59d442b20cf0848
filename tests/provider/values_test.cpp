// Every byte that a convolution of winodnn's computes, against the documented formula.
#include "convolution_case.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <iostream>
#include <omp.h>

namespace winodnn::testing {
namespace {

constexpr std::optional<data_type> biases[] = {std::nullopt, data_type::f32, data_type::s32};
using weights_scale_kind = problem::weights_scale_kind;
using kind = post_op::kind;

class values : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }
};

convolution_case with_scales(convolution_case c) {
    c.p.src_scale = true;
    c.p.weights_scale = weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    return c;
}

post_op sum(float scale, std::int32_t zero_point, data_type type) {
    return {kind::sum, 0.f, 0.f, scale, zero_point, type};
}

post_op eltwise(kind op, float alpha, float beta = 0.f) {
    return {op, alpha, beta};
}

TEST_F(values, accumulators_of_every_image_size) {
    for (dim ih = 1; ih <= 17; ++ih)
        for (dim iw = 1; iw <= 17; ++iw) {
            convolution_case c(16, 16, ih, iw);
            c.p.dst = data_type::s32;
            check(c);
        }
}

TEST_F(values, accumulators_of_every_padding) {
    for (int pads = 0; pads < 16; ++pads)
        for (const dim size : {3, 4, 5, 6, 9, 10}) {
            convolution_case c(17, 33, size, size + 1);
            c.pad(pads & 1, pads >> 1 & 1, pads >> 2 & 1, pads >> 3);
            c.p.mb = 1 + pads % 3;
            c.p.dst = data_type::s32;
            c.side = pads % 2 == 0 ? guard::after : guard::before;
            check(c);
        }
}

TEST_F(values, channels_that_are_multiples_of_nothing) {
    const dim counts[] = {16, 17, 24, 31, 33, 48, 65, 80, 100};
    int i = 0;
    for (const dim ic : counts)
        for (const dim oc : counts) {
            convolution_case c = with_scales(convolution_case(ic, oc, 5, 6));
            c.p.src = i % 2 == 0 ? data_type::u8 : data_type::s8;
            c.p.dst = data_type(i % 4);
            c.p.mb = 1 + i % 2;
            c.side = i % 3 == 0 ? guard::before : guard::after;
            ++i;
            check(c);
        }
}

TEST_F(values, every_type_bias_scale_and_zero_point) {
    for (int src = 0; src < 2; ++src)
        for (int dst = 0; dst < 4; ++dst)
            for (int bias = 0; bias < 3; ++bias)
                for (int scale = 0; scale < 3; ++scale)
                    for (int flags = 0; flags < 16; ++flags) {
                        convolution_case c(20, 24, 5, 6);
                        c.p.src = data_type(src);
                        c.p.dst = data_type(dst);
                        c.p.bias = biases[bias];
                        c.p.weights_scale = weights_scale_kind(scale);
                        c.p.src_scale = (flags & 1) != 0;
                        c.p.dst_scale = (flags & 2) != 0;
                        c.p.src_zero_point = (flags & 4) != 0;
                        c.p.dst_zero_point = (flags & 8) != 0;
                        c.src_zero_point = src == 0 ? 131 : -5;
                        c.dst_zero_point = dst % 2 == 0 ? 7 : -60;
                        check(c);
                    }
}

TEST_F(values, source_zero_points_at_the_ends_of_the_type) {
    for (const auto &[src, zero_point] :
            {std::pair {data_type::u8, 0}, {data_type::u8, 255}, {data_type::s8, -128}, {data_type::s8, 127}})
        for (const pattern data : {pattern::random, pattern::extremes, pattern::largest_sums}) {
            convolution_case c(40, 20, 6, 7);
            c.p.src = src;
            c.p.dst = data_type::s32;
            c.p.src_zero_point = true;
            c.src_zero_point = zero_point;
            c.data = data;
            check(c);
        }
}

TEST_F(values, post_ops_in_many_orders) {
    const std::vector<std::vector<post_op>> chains = {
            {eltwise(kind::relu, 0.f)},
            {eltwise(kind::relu, 0.125f)},
            {eltwise(kind::clip, -3.5f, 77.25f)},
            {eltwise(kind::linear, 0.3f, -2.5f)},
            {sum(1.f, 0, data_type::u8)},
            {sum(0.7f, 0, data_type::u8)},
            {sum(1.f, 9, data_type::u8)},
            {sum(0.7f, -9, data_type::u8), eltwise(kind::relu, 0.f)},
            {eltwise(kind::relu, 0.f), sum(0.5f, 3, data_type::u8)},
            {eltwise(kind::clip, 0.f, 200.f), eltwise(kind::linear, 1.7f, 1.f), sum(2.f, 0, data_type::u8),
                    eltwise(kind::relu, 0.25f)},
    };
    int taken = 0, refused = 0;
    for (const data_type dst : {data_type::u8, data_type::s8, data_type::s32, data_type::f32})
        for (std::vector<post_op> ops : chains)
            for (const bool quantized_dst : {false, true}) {
                for (post_op &op : ops)
                    if (op.op == kind::sum) op.type = dst;
                convolution_case c = with_scales(convolution_case(32, 40, 7, 9));
                c.p.dst = dst;
                c.p.post_ops = ops;
                c.p.dst_scale = c.p.dst_zero_point = quantized_dst;
                c.dst_zero_point = 11;
                if (onednn_takes(c)) check(c);
                ++(onednn_takes(c) ? taken : refused);
            }
    EXPECT_GT(taken, 4 * refused);
}

TEST_F(values, sum_reads_dst_as_its_own_type) {
    for (const auto &[dst, read_as] :
            {std::pair {data_type::u8, data_type::s8}, {data_type::s8, data_type::u8}}) {
        convolution_case c = with_scales(convolution_case(32, 40, 7, 9));
        c.p.dst = dst;
        c.p.post_ops = {sum(0.75f, 2, read_as), eltwise(kind::relu, 0.f)};
        check(c);
    }
}

TEST_F(values, two_sums_read_the_same_dst) {
    convolution_case c = with_scales(convolution_case(32, 40, 7, 9));
    c.p.post_ops = {sum(0.75f, 2, data_type::u8), eltwise(kind::relu, 0.f), sum(1.f, 0, data_type::u8)};
    if (!onednn_takes(c)) GTEST_SKIP() << "this oneDNN takes one sum only";
    check(c);
}

TEST_F(values, every_pattern) {
    for (const pattern data : {pattern::random, pattern::extremes, pattern::largest_sums,
                 pattern::single_pixel, pattern::single_channel})
        for (const data_type src : {data_type::u8, data_type::s8})
            for (const dim ic : {16, 63}) {
                convolution_case c(ic, 33, 11, 13);
                c.p.src = src;
                c.p.dst = data_type::s32;
                c.data = data;
                check(c);
            }
}

// What no sweep above pairs.
TEST_F(values, random_combinations_of_everything) {
    std::mt19937 random(2024);
    const auto pick = [&](int count) { return int(random() % unsigned(count)); };
    int taken = 0;
    for (int i = 0; i < 1000; ++i) {
        convolution_case c(16 + pick(70), 16 + pick(100), 1 + pick(17), 1 + pick(17));
        problem &p = c.p;
        c.pad(p.ih < 3 ? 1 : pick(2), p.iw < 3 ? 1 : pick(2), p.ih < 3 ? 1 : pick(2), p.iw < 3 ? 1 : pick(2));
        p.mb = 1 + pick(3);
        p.src = data_type(pick(2));
        p.dst = data_type(pick(4));
        p.bias = biases[pick(3)];
        p.weights_scale = weights_scale_kind(pick(3));
        p.src_scale = pick(2) != 0;
        p.dst_scale = pick(2) != 0;
        p.src_zero_point = pick(2) != 0;
        p.dst_zero_point = pick(2) != 0;
        c.src_zero_point = pick(256) - (p.src == data_type::s8 ? 128 : 0);
        c.dst_zero_point = pick(400) - 200;
        c.data = pattern(pick(5));
        c.user_scratchpad = pick(2) != 0;
        c.side = pick(2) == 0 ? guard::before : guard::after;
        for (int ops = pick(4); ops > 0; --ops) switch (pick(4)) {
                case 0: p.post_ops.push_back(sum(pick(2) == 0 ? 1.f : 0.37f, 0, p.dst)); break;
                case 1: p.post_ops.push_back(eltwise(kind::relu, pick(2) == 0 ? 0.f : 0.2f)); break;
                case 2: p.post_ops.push_back(eltwise(kind::clip, -7.25f, 60.5f)); break;
                case 3: p.post_ops.push_back(eltwise(kind::linear, 1.3f, -4.f)); break;
            }
        if (!onednn_takes(c)) continue;
        ++taken;
        check(c);
        if (HasFailure()) return;
    }
    EXPECT_GT(taken, 500);
}

// 512 channels of 255 x 127 are far beyond what one part can recover from its wrapped sums.
TEST_F(values, sums_that_need_the_channels_split) {
    for (const pattern data : {pattern::extremes, pattern::largest_sums, pattern::random})
        for (const data_type src : {data_type::u8, data_type::s8})
            for (const dim ic : {256, 500, 512}) {
                convolution_case c(ic, 32, 8, 9);
                c.p.src = src;
                c.p.dst = data_type::s32;
                c.data = data;
                check(c);
                c = with_scales(c);
                c.p.dst = data_type::u8;
                check(c);
            }
}

TEST_F(values, layers_of_real_networks) {
    for (const auto &[ic, oc, size] :
            {std::tuple {64, 64, 56}, {128, 128, 28}, {256, 256, 14}, {512, 512, 7}}) {
        convolution_case c = with_scales(convolution_case(ic, oc, size, size));
        c.p.post_ops = {eltwise(kind::relu, 0.f)};
        check(c);
    }
}

TEST_F(values, any_number_of_threads) {
    const int threads_before = omp_get_max_threads();
    for (int threads = 1; threads <= 4; ++threads)
        for (const dim mb : {1, 2})
            for (const bool user_scratchpad : {false, true}) {
                omp_set_num_threads(threads);
                convolution_case c = with_scales(convolution_case(48, 130, 15, 14));
                c.p.mb = mb;
                c.user_scratchpad = user_scratchpad;
                check(c);
            }
    omp_set_num_threads(threads_before);
}

TEST_F(values, fewer_threads_at_execution_than_at_creation) {
    const int threads_before = omp_get_max_threads();
    omp_set_num_threads(4);
    const convolution_case c = with_scales(convolution_case(48, 130, 15, 14));
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    omp_set_num_threads(1);
    check(c, desc, primitive);
    omp_set_num_threads(8);
    check(c, desc, primitive);
    omp_set_num_threads(threads_before);
}

TEST_F(values, weights_from_any_format_and_type) {
    using tag = dnnl::memory::format_tag;
    for (const auto type : {dnnl::memory::data_type::s8, dnnl::memory::data_type::f32})
        for (const tag format : {tag::oihw, tag::hwio, tag::ohwi, tag::OIhw16i16o})
            for (int scale = 0; scale < 3; ++scale) {
                convolution_case c(35, 50, 6, 6);
                c.p.dst = data_type::s32;
                c.p.weights_scale = weights_scale_kind(scale);
                c.weights_type = type;
                c.weights_format = format;
                check(c);
            }
}

// Where oneDNN's own direct convolution gives other bytes, ours are those of the formula.
TEST_F(values, the_formula_is_what_decides_between_us_and_onednn) {
    std::size_t differing_cases = 0, cases = 0;
    for (const pattern data : {pattern::random, pattern::extremes})
        for (const data_type src : {data_type::u8, data_type::s8})
            for (const data_type dst : {data_type::u8, data_type::s8, data_type::s32, data_type::f32}) {
                convolution_case c = with_scales(convolution_case(64, 64, 12, 12));
                c.p.src = src;
                c.p.dst = dst;
                c.data = data;
                c.p.post_ops = {eltwise(kind::relu, 0.f)};
                SCOPED_TRACE(to_string(c));
                const case_data input(c);
                const auto expected = expected_dst(c, input);
                auto desc = make_desc(c);
                execution ours(c, input, desc);
                ours.run(dnnl::convolution_forward(desc));
                expect_equal(ours.dst(), expected);

                ASSERT_TRUE(desc.next_impl());
                execution theirs(c, input, desc);
                // The source and destination formats that oneDNN likes best may be others than nhwc.
                dnnl::memory theirs_src(desc.src_desc(), cpu()), theirs_dst(desc.dst_desc(), cpu());
                dnnl::memory nhwc_src = theirs.arguments.at(DNNL_ARG_SRC),
                             nhwc_dst = theirs.arguments.at(DNNL_ARG_DST);
                dnnl::stream stream(cpu());
                const dnnl::reorder to_theirs(nhwc_src, theirs_src), to_nhwc(theirs_dst, nhwc_dst);
                to_theirs.execute(stream, nhwc_src, theirs_src);
                stream.wait();
                theirs.arguments[DNNL_ARG_SRC] = theirs_src;
                theirs.arguments[DNNL_ARG_DST] = theirs_dst;
                theirs.run(dnnl::convolution_forward(desc));
                to_nhwc.execute(stream, theirs_dst, nhwc_dst);
                stream.wait();
                theirs.arguments[DNNL_ARG_DST] = nhwc_dst;
                ++cases;
                if (theirs.dst() == expected) continue;
                ++differing_cases;
                const auto bytes = theirs.dst();
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < bytes.size(); ++i) wrong += bytes[i] != expected[i];
                std::cout << desc.impl_info_str() << " leaves the formula in " << wrong << " of "
                          << bytes.size() << " bytes: " << to_string(c) << "\n";
            }
    std::cout << "winodnn follows the formula in all " << cases << " cases, oneDNN in "
              << cases - differing_cases << "\n";
}

} // namespace
} // namespace winodnn::testing
