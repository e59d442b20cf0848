// What our kernels must not compute is computed by oneDNN itself, from the packed weights.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using kind = post_op::kind;
using tag = memory::format_tag;
using type = memory::data_type;

// Small weights: below VNNI, oneDNN's own sums are else not those of the formula, and with zero points of
// some thousands those beyond 2^24 go through f32.
convolution_case typical(data_type src = data_type::u8) {
    convolution_case c(24, 20, 6, 7);
    c.p.src = src;
    c.p.src_zero_point = true;
    c.p.dst = data_type::s32;
    c.seven_bit_weights = true;
    return c;
}

enum class by { winodnn, onednn, either };

void expect_computed(const convolution_case &c, by whom) {
    const std::uint64_t before = winodnn_executed_by_onednn();
    check(c);
    if (whom == by::either) return;
    EXPECT_EQ(winodnn_executed_by_onednn() - before, whom == by::onednn ? 1u : 0u) << to_string(c);
}

class onednn_execution : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }
};

// 16 bits hold V for a good deal more than the type's own zero points: how much depends on the tile.
TEST_F(onednn_execution, zero_points_outside_the_type) {
    for (const data_type src : {data_type::u8, data_type::s8})
        for (const dim pad : {0, 1})
            for (const bool per_ic : {false, true})
                for (const std::int32_t zero_point :
                        {-2, 135, -129, 256, 300, -70, 1000, -1000, 9000, -9000}) {
                    convolution_case c = typical(src);
                    c.pad(pad, pad, pad, pad);
                    c.p.src_zero_point_per_ic = per_ic;
                    c.src_zero_point = zero_point;
                    if (!onednn_takes(c)) continue; // its v3.2 has none per channel without VNNI
                    const std::int32_t lowest = src == data_type::u8 ? 0 : -128, highest = lowest + 255;
                    const std::int32_t largest =
                            std::max(highest - zero_point, zero_point + (per_ic ? 8 : 0) - lowest);
                    expect_computed(c, largest <= 327   ? by::winodnn
                                       : largest > 8191 ? by::onednn
                                                        : by::either);
                }
}

// All that goes through to oneDNN: scales, biases, operands, views, groups, scratchpads, formats.
TEST_F(onednn_execution, with_all_that_a_convolution_can_have) {
    int computed = 0;
    for (const dim groups : {0, 2})
        for (const data_type dst : {data_type::u8, data_type::s8, data_type::s32, data_type::f32})
            for (int n = 0; n < 8; ++n) {
                convolution_case c = typical(n % 2 == 0 ? data_type::u8 : data_type::s8);
                problem &p = c.p;
                p.groups = groups;
                p.ic = groups == 0 ? 24 : 48;
                p.oc = groups == 0 ? 20 : 64;
                p.mb = 1 + n % 3;
                p.dst = dst;
                c.src_zero_point = -9000;
                c.user_scratchpad = n % 2 == 1;
                c.side = n % 3 == 0 ? guard::before : guard::after;
                p.src_scale = n != 2;
                p.dst_scale = n % 3 == 1;
                p.dst_zero_point = n % 4 == 1;
                c.dst_zero_point = 3;
                p.weights_scale =
                        n < 4 ? problem::weights_scale_kind::per_oc : problem::weights_scale_kind::common;
                if (n % 2 == 0) p.bias = data_type::f32;
                if (n >= 2) p.post_ops.push_back({.op = kind::sum, .scale = 1.f, .type = dst});
                if (n >= 4) p.post_ops.push_back({.op = kind::relu});
                if (n >= 5)
                    p.post_ops.push_back({.op = kind::binary_mul,
                            .type = data_type::f32,
                            .operand = post_op::broadcast::per_oc});
                if (n >= 6) p.src_view = nhwc_strides {9 * 8 * 70, 8 * 70, 70};
                if (n >= 7) p.dst_view = nhwc_strides {9 * 8 * 80, 8 * 80, 80};
                c.src_format = p.src_view ? tag::nhwc : tag::any;
                c.dst_format = p.dst_view ? tag::nhwc : tag::any;
                if (!onednn_takes(c)) continue;
                expect_computed(c, by::onednn);
                ++computed;
            }
    EXPECT_GT(computed, 40);
}

TEST_F(onednn_execution, of_one_primitive_by_several_threads) {
    for (const bool user_scratchpad : {false, true}) {
        convolution_case c = typical();
        c.src_zero_point = -9000;
        c.user_scratchpad = user_scratchpad;
        const case_data data(c);
        const auto desc = make_desc(c);
        const dnnl::convolution_forward primitive(desc);
        const auto expected = expected_dst(c, data);
        std::vector<std::thread> threads;
        for (int n = 0; n < 4; ++n)
            threads.emplace_back([&] {
                execution e(c, data, desc);
                for (int round = 0; round < 5; ++round) e.run(primitive);
                expect_equal(e.dst(), expected);
            });
        for (std::thread &t : threads) t.join();
    }
}

// What is kept of the weights belongs to them alone: other ones at the same place, and the same elsewhere.
TEST_F(onednn_execution, of_weights_that_change) {
    convolution_case c = typical();
    c.src_zero_point = -9000;
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    case_data data(c);
    const case_data as_ever(c);
    execution changing(c, data, desc), elsewhere(c, as_ever, desc);
    const auto expect = [&](execution &e, const case_data &of) {
        for (int n = 0; n < 2; ++n) e.run(primitive);
        expect_equal(e.dst(), expected_dst(c, of));
    };
    for (int round = 0; round < 3; ++round) {
        expect(changing, data);
        expect(elsewhere, as_ever);
        expect(changing, data);
        for (std::int8_t &w : data.weights) w = std::int8_t(w / 2);
        data.weights[std::size_t(round)] = 3;
        execution other(c, data, desc);
        const memory &packed = other.arguments.at(DNNL_ARG_WEIGHTS);
        std::memcpy(changing.arguments.at(DNNL_ARG_WEIGHTS).get_data_handle(), packed.get_data_handle(),
                packed.get_desc().get_size());
    }
}

// A primitive goes from one to the other and back, by what it is given.
TEST_F(onednn_execution, is_a_matter_of_each_execution) {
    convolution_case c = typical();
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    for (const std::int32_t zero_point : {3, 9000, 0, -9000, 255}) {
        c.src_zero_point = zero_point;
        check(c, desc, primitive);
    }
}

// Programs that were built with the first header have memory for three counters.
TEST(onednn_execution_counters, nothing_is_written_behind_the_three_of_the_first_header) {
    std::uint64_t counters[4] = {1, 1, 1, 0x5a5a5a5a5a5a5a5a};
    winodnn_get_statistics(reinterpret_cast<winodnn_statistics_t *>(counters));
    EXPECT_EQ(counters[3], 0x5a5a5a5a5a5a5a5a);
    static_assert(sizeof(winodnn_statistics_t) == 3 * sizeof(std::uint64_t));
}

} // namespace
} // namespace winodnn::testing
