// Each kind of line that WINODNN_VERBOSE shows, against what happened.
#include "winodnn/winodnn.h"

#include "convolution_case.hpp"
#include "support/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;
using convolution_pd = dnnl::convolution_forward::primitive_desc;

// Before anything reads it, and for good.
const int environment_set = setenv("WINODNN_VERBOSE", "2", 1);

constexpr const char *prefix = "winodnn_verbose,";

std::string printed_by(const std::function<void()> &work) {
    ::testing::internal::CaptureStdout();
    work();
    return ::testing::internal::GetCapturedStdout();
}

// Those of winodnn's that match; all are shown by whoever finds a wrong number.
std::size_t lines(const std::string &text, const std::string &pattern) {
    const std::regex whole(prefix + pattern);
    return std::size_t(std::ranges::count_if(
            lines_of(text), [&](const std::string &line) { return std::regex_match(line, whole); }));
}

class verbose : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(environment_set, 0);
        ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
        // The header comes with the first line.
        printed_by([] { run(convolution_case(32, 32, 6, 6)); });
    }
    void TearDown() override {
        winodnn_calibration_use(nullptr, 0);
        std::filesystem::remove(file_);
    }

    static void run(const convolution_case &c) {
        const case_data data(c);
        const auto desc = make_desc(c);
        execution e(c, data, desc);
        e.run(dnnl::convolution_forward(desc));
        EXPECT_EQ(e.dst(), expected_dst(c, data));
    }

    const std::string file_ =
            std::filesystem::temp_directory_path() / ("verbose_test." + std::to_string(getpid()) + ".json");
};

const std::string milliseconds = ",[0-9.]+(e-[0-9]+)?";

TEST_F(verbose, creations_and_executions_are_shown_as_often_as_they_happen) {
    convolution_case c(32, 48, 9, 8);
    c.p.src_scale = true;
    c.p.post_ops.push_back({post_op::kind::relu});
    winodnn_reset_statistics();
    const std::string text = printed_by([&] {
        run(c);
        run(c);
    });
    winodnn_statistics_t statistics;
    winodnn_get_statistics(&statistics);
    EXPECT_EQ(statistics.executed, 2u);
    const std::string convolution = ",cpu,convolution,wino:f[0-9x]+:s16:[a-z0-9_]+,forward_inference,.*"
                                    ",attr-scales:src0:0 attr-post-ops:eltwise_relu,"
                                    "alg:convolution_winograd workspace:[0-9]+KiB,"
                                    "mb1_ic32oc48_ih9oh9kh3sh1dh0ph1_iw8ow8kw3sw1dw0pw1";
    EXPECT_EQ(lines(text, "primitive,create" + convolution + milliseconds), 2u) << text;
    EXPECT_EQ(lines(text, "primitive,exec" + convolution + milliseconds), 2u) << text;
    EXPECT_EQ(lines(text, "primitive,exec,cpu,reorder,wino:pack,.*,,,48x32x3x3" + milliseconds), 2u) << text;
    EXPECT_EQ(lines(text, "primitive,create:choice,cpu,convolution,mb1_.*,weights:any\\+tile:f[0-9x]+\\+.*"),
            2u)
            << text;
    EXPECT_EQ(lines(text, ".*"), 10u) << text;
}

TEST_F(verbose, declines_are_shown_as_often_as_they_are_counted) {
    const auto decline = [](dnnl::algorithm algorithm, int kernel, int stride, int channels) {
        const int padding = kernel / 2, out = (8 + 2 * padding - kernel) / stride + 1;
        try {
            const convolution_pd desc(cpu(), dnnl::prop_kind::forward_inference, algorithm,
                    {{1, channels, 8, 8}, type::u8, tag::any},
                    {{32, channels, kernel, kernel}, type::s8, tag::any},
                    {{1, 32, out, out}, type::u8, tag::any}, {stride, stride}, {padding, padding},
                    {padding, padding});
        } catch (const dnnl::error &e) {
            EXPECT_EQ(e.status, dnnl_unimplemented);
        }
        return std::string(winodnn_last_decline_reason());
    };
    for (const dnnl::algorithm algorithm :
            {dnnl::algorithm::convolution_direct, dnnl::algorithm::convolution_winograd})
        for (const auto &[kernel, stride, channels] : {std::tuple {3, 2, 32}, {7, 1, 32}, {3, 1, 8}}) {
            winodnn_reset_statistics();
            std::string reason;
            const std::string text =
                    printed_by([&] { reason = decline(algorithm, kernel, stride, channels); });
            winodnn_statistics_t statistics;
            winodnn_get_statistics(&statistics);
            EXPECT_EQ(statistics.declined, 1u);
            EXPECT_NE(reason, "");
            EXPECT_EQ(
                    lines(text, "primitive,create:decline,cpu,convolution,mb1_ic[0-9]+oc32_.*," + reason), 1u)
                    << text << reason;
            EXPECT_EQ(lines(text, ".*"), 1u) << text;
        }
}

TEST_F(verbose, refusals_give_their_reason) {
    const convolution_case c(32, 48, 9, 8);
    const convolution_pd desc = make_desc(c);
    const memory::desc packed = desc.weights_desc();
    std::string text = printed_by([&] {
        EXPECT_THROW(dnnl::eltwise_forward::primitive_desc(cpu(), dnnl::prop_kind::forward_inference,
                             dnnl::algorithm::eltwise_relu, packed, packed, 0.f),
                dnnl::error);
    });
    EXPECT_EQ(lines(text, "primitive,create:refuse,dnnl_eltwise_forward_primitive_desc_create,"
                          "packed weights are for winodnn's convolutions alone"),
            1u)
            << text;

    dnnl::primitive_attr attr;
    dnnl::post_ops sum;
    sum.append_sum(1.f);
    attr.set_post_ops(sum);
    text = printed_by([&] {
        EXPECT_THROW(dnnl::reorder::primitive_desc(
                             cpu(), {{48, 32, 3, 3}, type::f32, tag::oihw}, cpu(), packed, attr),
                dnnl::error);
    });
    EXPECT_EQ(lines(text, "primitive,create:refuse,dnnl_reorder_primitive_desc_create,"
                          "packed weights cannot be reordered with post-ops"),
            1u)
            << text;

    const case_data data(c);
    execution e(c, data, desc);
    e.arguments.erase(DNNL_ARG_SRC);
    const dnnl::convolution_forward primitive(desc);
    text = printed_by([&] { EXPECT_THROW(e.run(primitive), dnnl::error); });
    EXPECT_EQ(lines(text, "primitive,exec:invalid,cpu,convolution,wino:.*,.*the source.*"), 1u) << text;
    EXPECT_EQ(lines(text, "primitive,exec,.*"), 0u) << text;
}

TEST_F(verbose, mode_is_shown_when_it_changes) {
    std::string text = printed_by([&] { ASSERT_EQ(winodnn_calibration_start(nullptr), 0); });
    EXPECT_EQ(text, "winodnn_verbose,info,mode:exact\nwinodnn_verbose,info,calibration:observing\n");
    run(convolution_case(32, 48, 9, 8));
    text = printed_by([&] { ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0); });
    EXPECT_EQ(text, "winodnn_verbose,info,mode:exact\nwinodnn_verbose,info,calibration:none\n");
    text = printed_by([&] { ASSERT_EQ(winodnn_calibration_use(file_.c_str(), 27.5), 0); });
    EXPECT_EQ(text, "winodnn_verbose,info,mode:calibrated\n"
                    "winodnn_verbose,info,calibration:used,layers:1,target:27.5dB\n");
    text = printed_by([&] { EXPECT_EQ(winodnn_calibration_use("/nowhere/none.json", 27.5), -1); });
    EXPECT_EQ(text, "") << "nothing has changed";
}

// The layout has room for 8 bits; whether they were used is the weights' to say.
TEST_F(verbose, numbers_are_those_that_were_used) {
    ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    convolution_case c(64, 64, 16, 16);
    c.algorithm = dnnl::algorithm::convolution_direct;
    const case_data data(c);
    run(c);
    ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    const auto numbers_of = [&](double target, const case_data &weights) {
        EXPECT_EQ(winodnn_calibration_use(file_.c_str(), target), 0);
        const convolution_pd desc = make_desc(c);
        EXPECT_NE(std::string(desc.impl_info_str()).find(":s8:"), std::string::npos) << desc.impl_info_str();
        const std::string text = printed_by([&] {
            execution e(c, weights, desc);
            e.run(dnnl::convolution_forward(desc));
        });
        std::smatch packed, executed;
        EXPECT_TRUE(std::regex_search(text, packed, std::regex("exec,cpu,reorder,.*,numbers:([^,]*),")))
                << text;
        EXPECT_TRUE(std::regex_search(
                text, executed, std::regex("exec,cpu,convolution,.*KiB numbers:([^,]*),mb")))
                << text;
        EXPECT_EQ(packed[1], executed[1]);
        return executed[1].str();
    };
    EXPECT_EQ(numbers_of(-1000, data), "s8");
    EXPECT_TRUE(std::regex_match(numbers_of(24, data), std::regex("s8|s8\\+[0-9]+xs16")));
    case_data others = data;
    others.weights[3] ^= 1;
    EXPECT_EQ(numbers_of(-1000, others), "s16");
}

} // namespace
} // namespace winodnn::testing
