// A post-op that oneDNN computes for winodnn, and fails to.
#include "convolution_case.hpp"
#include "failing_onednn.hpp"

#include "winodnn/winodnn.h"

#include <gtest/gtest.h>
#include <string>

namespace winodnn::testing {
namespace {

TEST(failed_post_op, is_a_runtime_error_that_is_shown_and_the_next_execution_is_right) {
    WINODNN_SKIP_WITHOUT_ISA();
    if (runs_on_queues()) GTEST_SKIP() << "declined where streams are SYCL queues";
    convolution_case c(32, 48, 13, 14);
    c.p.dst = data_type::f32;
    const case_data data(c);
    // x^1, so that every bit is known.
    const std::vector<std::uint8_t> expected = expected_dst(c, data);
    c.p.post_ops = {
            {.op = post_op::kind::staged, .alpha = 1.f, .beta = 1.f, .function = int(dnnl_eltwise_pow)}};
    const auto desc = make_desc(c);
    execution e(c, data, desc);
    const dnnl::convolution_forward primitive(desc);
    dnnl::stream stream(cpu());
    const auto execute = [&] { primitive.execute(stream, e.arguments); };

    ::testing::internal::CaptureStdout();
    let_executions_fail(true);
    const dnnl_status_t failed = status_of(execute);
    let_executions_fail(false);
    const std::string shown = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(failed, dnnl_runtime_error);
    EXPECT_NE(shown.find("exec:failed"), std::string::npos) << shown;
    EXPECT_NE(shown.find("oneDNN could not execute a post-op"), std::string::npos) << shown;

    EXPECT_EQ(status_of(execute), dnnl_success);
    stream.wait();
    expect_equal(e.dst(), expected);
}

} // namespace
} // namespace winodnn::testing
