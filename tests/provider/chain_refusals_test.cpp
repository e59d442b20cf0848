// Chains that are none, and executions that do not fit: a status and a reason, and nothing is read.
#include "chain_case.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using kind = post_op::kind;
using convolution_pd = dnnl::convolution_forward::primitive_desc;

chain_case two_members() {
    chain_case c = chain_of(24, 12, 11);
    c.append(24);
    c.append(24);
    return c;
}

// The status, and the reason that verbose output has.
void expect_refused(dnnl_status_t status, const std::string &reason, const std::function<void()> &action) {
    ::testing::internal::CaptureStdout();
    const dnnl_status_t answer = status_of(action);
    const std::string printed = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(answer, status) << reason;
    EXPECT_NE(printed.find(reason), std::string::npos) << reason << "\n" << printed;
}

void expect_no_chain(dnnl_status_t status, const std::string &reason, const chain_case &c) {
    const auto descs = make_descs(c);
    expect_refused(status, reason, [&] { chain(descs, c.links, c.goal); });
}

TEST(chain_refusals, nothing_to_make_a_chain_of) {
    winodnn_chain_t made = nullptr;
    const convolution_pd pd = make_desc(two_members().members[0]);
    const const_dnnl_primitive_desc_t descs[] = {pd.get(), nullptr};
    const auto create = [](auto... args) {
        return [=] {
            const dnnl_status_t status = winodnn_chain_create(args...);
            if (status != dnnl_success) throw dnnl::error(status, "");
        };
    };
    const auto fastest = winodnn_chain_fastest;
    const winodnn_chain_link_t *no_links = nullptr;
    const auto invalid = dnnl_invalid_arguments;
    expect_refused(invalid, "nowhere to put", create(nullptr, 1, descs, 0, no_links, fastest));
    expect_refused(invalid, "no list of members", create(&made, 1, nullptr, 0, no_links, fastest));
    expect_refused(invalid, "no list of members", create(&made, -1, descs, 0, no_links, fastest));
    expect_refused(invalid, "without members", create(&made, 0, descs, 0, no_links, fastest));
    expect_refused(invalid, "member 1 is null", create(&made, 2, descs, 0, no_links, fastest));
    expect_refused(invalid, "no list of links", create(&made, 1, descs, 1, no_links, fastest));
    expect_refused(invalid, "no list of links", create(&made, 1, descs, -1, no_links, fastest));
    expect_refused(invalid, "unknown goal", create(&made, 1, descs, 0, no_links, winodnn_chain_goal_t(2)));
    const std::vector<const_dnnl_primitive_desc_t> many(WINODNN_CHAIN_MOST_MEMBERS + 1, pd.get());
    expect_refused(
            invalid, "more members", create(&made, int(many.size()), many.data(), 0, no_links, fastest));
    EXPECT_EQ(made, nullptr);
}

TEST(chain_refusals, null_is_answered) {
    const char *reason = nullptr;
    EXPECT_EQ(winodnn_chain_banded_members(nullptr, &reason), 0);
    EXPECT_STREQ(reason, "");
    EXPECT_EQ(winodnn_chain_banded_members(nullptr, nullptr), 0);
    EXPECT_EQ(winodnn_chain_scratchpad_desc(nullptr), nullptr);
    EXPECT_EQ(winodnn_chain_activation_bytes(nullptr), 0u);
    EXPECT_EQ(winodnn_chain_execute(nullptr, nullptr, 0, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(winodnn_chain_destroy(nullptr), dnnl_success);
}

TEST(chain_refusals, members_that_do_not_meet) {
    chain_case c = two_members();
    c.members[1].p.ic = 32;
    expect_no_chain(dnnl_invalid_arguments, "the dims or the data type differ", c);
    c = two_members();
    c.members[1].p.src = data_type::s8;
    expect_no_chain(dnnl_invalid_arguments, "the dims or the data type differ", c);
    c = two_members();
    c.members[1].p.mb = 2;
    expect_no_chain(dnnl_invalid_arguments, "the dims or the data type differ", c);
    c = two_members();
    c.members[1].p.src_view = nhwc_strides {12 * 11 * 40, 11 * 40, 40};
    expect_no_chain(dnnl_invalid_arguments, "the layouts differ", c);
}

TEST(chain_refusals, members_that_are_no_convolutions) {
    const memory::desc image({1, 24, 12, 11}, memory::data_type::u8, memory::format_tag::nhwc);
    const dnnl::reorder::primitive_desc reorder(cpu(), image, cpu(), image);
    const const_dnnl_primitive_desc_t descs[] = {reorder.get()};
    winodnn_chain_t made = nullptr;
    EXPECT_EQ(winodnn_chain_create(&made, 1, descs, 0, nullptr, winodnn_chain_fastest), dnnl_unimplemented);
}

TEST(chain_refusals, links_that_are_none) {
    chain_case c = two_members();
    problem &p = c.members[1].p;
    p.post_ops = {{.op = kind::relu}, {.op = kind::sum}};
    const auto with = [&](std::vector<chain::link> links) {
        c.links = std::move(links);
        return c;
    };
    const auto invalid = dnnl_invalid_arguments;
    expect_no_chain(invalid, "a member that there is not", with({{2, 1, 0}}));
    expect_no_chain(invalid, "a member that there is not", with({{-1, 1, 0}}));
    expect_no_chain(invalid, "not from an earlier member", with({{1, 1, 1}})); // a cycle
    expect_no_chain(invalid, "not from an earlier member", with({{0, 0, 1}}));
    expect_no_chain(invalid, "not from an earlier member", with({{1, 1, -2}}));
    expect_no_chain(invalid, "a post-op that there is not", with({{1, 2, 0}}));
    expect_no_chain(invalid, "a post-op that there is not", with({{1, -1, 0}}));
    expect_no_chain(invalid, "reads no tensor", with({{1, 0, 0}}));
    expect_no_chain(invalid, "there twice", with({{1, 1, 0}, {1, 1, -1}}));
    p.post_ops.push_back({.op = kind::sum});
    expect_no_chain(invalid, "another source than its other sum", with({{1, 1, 0}, {1, 2, -1}}));
}

TEST(chain_refusals, residuals_of_another_shape) {
    chain_case c = chain_of(24, 12, 11);
    c.append(24);
    c.append(16).p.post_ops = {{.op = kind::sum}};
    c.links = {{1, 0, 0}};
    expect_no_chain(dnnl_invalid_arguments, "of other dims or another data type", c);

    c = two_members();
    problem &p = c.members[1].p;
    p.post_ops = {{.op = kind::binary_add,
            .type = data_type::u8,
            .operand = post_op::broadcast::none,
            .operand_strides = {12 * 11 * 40, 11 * 40, 40}}};
    c.links = {{1, 0, 0}};
    expect_no_chain(dnnl_invalid_arguments, "another layout than the operand's", c);
    p.post_ops[0].operand = post_op::broadcast::per_oc;
    expect_no_chain(dnnl_invalid_arguments, "than the operand's", c);
}

TEST(chain_refusals, sums_of_nothing) {
    chain_case c = two_members();
    c.members[0].p.post_ops = {{.op = kind::sum}};
    expect_no_chain(dnnl_invalid_arguments, "no link says what member 0's sum adds", c);
}

TEST(chain_refusals, arguments_that_do_not_fit) {
    chain_case c = two_members();
    problem &p = c.members[1].p;
    p.post_ops = {{.op = kind::binary_add,
            .type = data_type::u8,
            .operand = post_op::broadcast::none,
            .operand_strides = {12 * 11 * 24, 11 * 24, 24}}};
    c.links = {{1, 0, 0}};
    const auto descs = make_descs(c);
    const chain chained(descs, c.links, c.goal);
    chain_execution e(c, descs);
    const auto expect_invalid = [&](const std::string &reason, const std::unordered_map<int, memory> &args) {
        expect_refused(dnnl_invalid_arguments, reason, [&] {
            const dnnl::stream stream(cpu());
            chained.execute(stream, args);
        });
    };
    const auto changed = [&](int arg, const memory &value) {
        auto args = e.arguments;
        args[arg] = value;
        return args;
    };
    const memory src = e.arguments.at(chain::arg(0, DNNL_ARG_SRC)),
                 one_byte({{1}, memory::data_type::u8, memory::format_tag::a}, cpu());
    expect_invalid("the chain's source is missing", changed(chain::arg(0, DNNL_ARG_SRC), {}));
    expect_invalid("the chain's destination is missing", changed(chain::arg(1, DNNL_ARG_DST), {}));
    expect_invalid("a member that there is not", changed(chain::arg(2, DNNL_ARG_BIAS), src));
    expect_invalid("is the chain's affair", changed(chain::arg(1, DNNL_ARG_SRC), src));
    expect_invalid("is the chain's affair", changed(chain::arg(0, DNNL_ARG_DST), src));
    expect_invalid(
            "is a link's", changed(chain::arg(1, DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1), src));
    expect_invalid("the source is smaller", changed(chain::arg(0, DNNL_ARG_SRC), one_byte));
    expect_invalid("the destination is smaller", changed(chain::arg(1, DNNL_ARG_DST), one_byte));
    expect_invalid(
            "the chain's scratchpad is smaller", changed(chain::arg(0, DNNL_ARG_SCRATCHPAD), one_byte));
    expect_invalid("weights_desc()", changed(chain::arg(1, DNNL_ARG_WEIGHTS), src));
    expect_invalid("the bias", changed(chain::arg(1, DNNL_ARG_BIAS), {}));
    EXPECT_EQ(winodnn_chain_execute(chained.get(), nullptr, 0, nullptr), dnnl_invalid_arguments);
    EXPECT_EQ(winodnn_chain_execute(chained.get(), dnnl::stream(cpu()).get(), 1, nullptr),
            dnnl_invalid_arguments);
    expect_equal(e.run(chained, true), e.run_members());
}

} // namespace
} // namespace winodnn::testing
