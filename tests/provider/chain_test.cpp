// Chains compute what their members compute one after the other, to the bit.
#include "chain_case.hpp"

#include <cstdio>
#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using kind = post_op::kind;
using broadcast = post_op::broadcast;

class chains : public ::testing::Test {
protected:
    void SetUp() override { WINODNN_SKIP_WITHOUT_ISA(); }
    void TearDown() override { omp_set_num_threads(threads_); }

private:
    const int threads_ = omp_get_max_threads();
};

post_op tensor_operand(kind op, const problem &p, data_type type = data_type::u8) {
    return {.op = op,
            .type = type,
            .operand = broadcast::none,
            .operand_strides = {p.oh * p.ow * p.oc, p.ow * p.oc, p.oc}};
}

TEST_F(chains, of_any_length_and_size) {
    int banded = 0;
    for (const int length : {1, 2, 3, 6})
        for (const dim h : {1, 2, 3, 5, 8, 13, 17})
            for (const dim w : {1, 4, 7, 17}) {
                chain_case c = chain_of(17, h, w, 1 + h % 2);
                for (int k = 0; k < length; ++k) c.append(16 + 5 * (k % 3)).p.post_ops = {{.op = kind::relu}};
                banded += check(c);
            }
    RecordProperty("banded", banded);
}

TEST_F(chains, every_padding_and_dilation) {
    for (const dim pad : {0, 1, 2})
        for (const dim dilation : {0, 1, 2})
            for (const dim size : {11, 14, 17}) {
                chain_case c = chain_of(20, size, size - 2, 2);
                c.append(18, pad + dilation, dilation);
                c.append(24, 1);
                c.append(16, pad + dilation, dilation);
                if (c.members.back().p.oh > 0 && c.members.back().p.ow > 0) check(c);
            }
}

TEST_F(chains, paddings_that_differ_by_side) {
    chain_case c = chain_of(20, 15, 13);
    c.append(18).pad(0, 2, 1, 1);
    c.append(16).pad(2, 0, 0, 1);
    c.append(19).pad(1, 1, 3, 2);
    check(c);
}

TEST_F(chains, kernels_of_other_sizes) {
    for (const dim kernel : {1, 3, 5}) { // 1: oneDNN's own
        chain_case c = chain_of(24, 16, 15);
        c.append(32);
        c.append(32, kernel / 2, 0, kernel);
        c.append(20);
        c.append(16);
        check(c);
    }
}

TEST_F(chains, threads) {
    for (const int threads : {1, 2, 3, 4})
        for (const dim mb : {1, 2, 3}) {
            omp_set_num_threads(threads);
            chain_case c = chain_of(32, 41, 23, mb);
            for (int k = 0; k < 5; ++k) c.append(32).p.post_ops = {{.op = kind::relu}};
            check(c);
        }
}

TEST_F(chains, fewer_threads_than_the_chain_was_made_for) {
    omp_set_num_threads(4);
    chain_case c = chain_of(32, 41, 23);
    for (int k = 0; k < 3; ++k) c.append(32);
    const auto descs = make_descs(c);
    const chain chained(descs, c.links, c.goal);
    omp_set_num_threads(1);
    chain_execution e(c, descs);
    const auto expected = e.run_members();
    expect_equal(e.run(chained, true), expected);
}

// Images that take several bands, of several blocks each.
TEST_F(chains, wide_images) {
    for (const int threads : {1, 2, 3}) {
        omp_set_num_threads(threads);
        chain_case c = chain_of(64, 27, 290);
        for (int k = 0; k < 4; ++k) {
            convolution_case &m = c.append(64, k == 2 ? 2 : 1);
            m.p.post_ops = {{.op = kind::relu}};
            if (k == 1) m.p.post_ops = {tensor_operand(kind::binary_add, m.p), {.op = kind::relu}};
        }
        c.append(64, 1, 1); // dilated, smaller
        c.append(64).p.post_ops = {{.op = kind::sum, .scale = 0.5f}};
        c.links = {{1, 0, WINODNN_CHAIN_SOURCE}, {5, 0, 4}};
        const int banded = check(c);
        EXPECT_EQ(banded, runs_on_queues() ? 0 : 6);
    }
}

TEST_F(chains, keep_a_few_rows_of_what_lies_between) {
    chain_case c = chain_of(64, 160, 290);
    for (int k = 0; k < 5; ++k) c.append(64);
    const auto descs = make_descs(c);
    const std::size_t tensor = 64 * 160 * 290;
    const chain fastest(descs), smallest(descs, {}, chain::goal::least_memory);
    EXPECT_EQ(fastest.activation_bytes(), 2 * tensor);
    EXPECT_EQ(fastest.banded_members(), 0);
    EXPECT_NE(fastest.why_not_banded(), "");
    EXPECT_LT(smallest.activation_bytes(), std::size_t(omp_get_max_threads()) * tensor / 2);
    EXPECT_EQ(smallest.banded_members(), 5);
    EXPECT_EQ(smallest.why_not_banded(), "");
}

TEST_F(chains, the_fastest) {
    chain_case c = chain_of(32, 15, 14);
    for (int k = 0; k < 4; ++k) c.append(32);
    c.members[3].p.post_ops = {{.op = kind::sum}};
    c.links = {{3, 0, 0}};
    c.goal = chain::goal::fastest;
    EXPECT_EQ(check(c), 0);
}

// Then all members are executed one after the other, by oneDNN what only oneDNN may.
TEST_F(chains, with_zero_points_beyond_proof) {
    chain_case c = chain_of(40, 12, 11);
    for (int k = 0; k < 3; ++k) c.append(40);
    c.members[1].p.src_zero_point = true;
    c.members[1].src_zero_point = 30000;
    check(c);
}

TEST_F(chains, while_a_calibration_is_going_on) {
    chain_case c = chain_of(32, 15, 14);
    for (int k = 0; k < 3; ++k) c.append(32);
    ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    check(c);
    const std::string file = ::testing::TempDir() + "chain_" + std::to_string(getpid()) + ".json";
    ASSERT_EQ(winodnn_calibration_write(file.c_str()), 0);
    // All in 8 bits: what the chain computes is what its members compute, whatever that is.
    ASSERT_EQ(winodnn_calibration_use(file.c_str(), -1000), 0);
    check(c);
    ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
    std::remove(file.c_str());
}

TEST_F(chains, types_scales_and_zero_points) {
    for (const data_type between : {data_type::u8, data_type::s8})
        for (const data_type last : {data_type::u8, data_type::s8, data_type::s32, data_type::f32}) {
            chain_case c = chain_of(33, 10, 9);
            for (int k = 0; k < 3; ++k) {
                convolution_case &m = c.append(30 + k);
                m.p.dst = k == 2 ? last : between;
                m.p.src_zero_point = k == 1;
                m.p.dst_zero_point = k != 2;
                m.src_zero_point = between == data_type::u8 ? 5 : -3;
                m.dst_zero_point = 4;
                m.p.dst_scale = k != 0;
            }
            check(c);
        }
}

TEST_F(chains, residuals) {
    for (const int length : {2, 3, 4, 6})
        for (const kind op : {kind::sum, kind::binary_add, kind::binary_mul})
            for (int member = 1; member < length; ++member)
                for (int source = -1; source < member; ++source) {
                    chain_case c = chain_of(24, 13, 9, 2);
                    for (int k = 0; k < length; ++k) c.append(24);
                    problem &p = c.members[std::size_t(member)].p;
                    p.post_ops = {{.op = kind::relu},
                            op == kind::sum ? post_op {.op = op, .scale = 0.5f, .zero_point = 3}
                                            : tensor_operand(op, p)};
                    c.links = {{member, 1, source}};
                    check(c);
                }
}

// As in residual networks: each second member adds what the pair of them has read.
TEST_F(chains, residual_blocks) {
    chain_case c = chain_of(32, 19, 18);
    for (int k = 0; k < 6; ++k) {
        convolution_case &m = c.append(32);
        m.p.post_ops = {{.op = kind::relu}};
        if (k % 2 == 0) continue;
        m.p.post_ops = {tensor_operand(kind::binary_add, m.p), {.op = kind::relu}};
        c.links.push_back({k, 0, k - 2});
    }
    convolution_case &last = c.append(32); // a long one over all
    last.p.post_ops = {{.op = kind::sum}, tensor_operand(kind::binary_add, last.p)};
    c.links.push_back({6, 0, 0});
    c.links.push_back({6, 1, WINODNN_CHAIN_SOURCE});
    check(c);
}

TEST_F(chains, sums_with_the_programs_destination) {
    chain_case c = chain_of(24, 13, 9);
    for (int k = 0; k < 3; ++k) c.append(24);
    c.members.back().p.post_ops = {{.op = kind::sum, .scale = 0.5f}};
    check(c);
}

TEST_F(chains, every_post_op) {
    for (const kind op : {kind::relu, kind::clip, kind::linear, kind::abs, kind::square, kind::sqrt,
                 kind::round, kind::hardsigmoid, kind::hardswish, kind::staged}) {
        chain_case c = chain_of(24, 11, 10);
        for (int k = 0; k < 3; ++k)
            c.append(24).p.post_ops = {{.op = op,
                    .alpha = 0.3f,
                    .beta = 0.4f,
                    .function = op == kind::staged ? int(dnnl::algorithm::eltwise_tanh) : 0}};
        if (op == kind::staged && runs_on_queues()) continue;
        check(c);
    }
    for (const kind op : {kind::binary_add, kind::binary_sub, kind::binary_mul, kind::binary_div,
                 kind::binary_max, kind::binary_min, kind::prelu})
        for (const broadcast operand : {broadcast::common, broadcast::per_oc, broadcast::none}) {
            if (op == kind::prelu && operand == broadcast::none) continue;
            chain_case c = chain_of(24, 11, 10);
            for (int k = 0; k < 3; ++k) {
                problem &p = c.append(24).p;
                p.post_ops = {tensor_operand(op, p, data_type::f32)};
                p.post_ops[0].operand = operand;
                if (operand != broadcast::none) p.post_ops[0].operand_strides = {};
            }
            check(c);
        }
}

TEST_F(chains, groups) {
    chain_case c = chain_of(64, 14, 13, 2);
    for (int k = 0; k < 3; ++k) c.append(64).p.groups = 2;
    check(c);
}

TEST_F(chains, views_at_either_end_and_between) {
    chain_case c = chain_of(24, 12, 11, 2);
    for (int k = 0; k < 3; ++k) c.append(24);
    const nhwc_strides wide {12 * 11 * 40, 11 * 40, 40};
    c.members[0].p.src_view = c.members[0].p.dst_view = c.members[1].p.src_view = wide;
    c.members[2].p.dst_view = wide;
    c.members[2].p.post_ops = {{.op = kind::sum}};
    c.links = {{2, 0, 0}};
    check(c);
}

TEST_F(chains, members_with_scratchpads_of_the_programs) {
    chain_case c = chain_of(24, 12, 11);
    for (int k = 0; k < 3; ++k) c.append(24, 1, 0, k == 1 ? 1 : 3).user_scratchpad = true;
    check(c);
}

} // namespace
} // namespace winodnn::testing
