// Executions with the user's scratchpad allocate nothing.
#include "winodnn/winodnn.h"

#include "convolution_case.hpp"
#include "support/replaced_new.hpp"

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

std::atomic<int> allocations {0};

} // namespace

bool may_allocate() {
    ++allocations;
    return true;
}

namespace {

convolution_case typical() {
    convolution_case c(40, 70, 14, 13);
    c.user_scratchpad = true;
    c.p.src_scale = true;
    c.p.bias = data_type::f32;
    return c;
}

int allocations_of_an_execution(const convolution_case &c, int repetitions) {
    const case_data data(c);
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    const execution e(c, data, desc);
    std::vector<dnnl_exec_arg_t> arguments;
    for (const auto &[arg, m] : e.arguments) arguments.push_back({arg, m.get()});
    const dnnl::stream stream(cpu());
    int count = 0;
    for (int i = 0; i < repetitions; ++i) {
        const int before = allocations;
        EXPECT_EQ(dnnl_primitive_execute(
                          primitive.get(), stream.get(), int(arguments.size()), arguments.data()),
                dnnl_success);
        count = allocations - before;
    }
    return count;
}

TEST(allocations, none_with_a_user_scratchpad) {
    if (runs_on_queues()) GTEST_SKIP() << "mapping memories under SYCL allocates";
    EXPECT_EQ(allocations_of_an_execution(typical(), 1), 0);
}

TEST(allocations, none_with_calibrated_weights_and_a_zero_point) {
    WINODNN_SKIP_WITHOUT_ISA();
    if (runs_on_queues()) GTEST_SKIP() << "mapping memories under SYCL allocates";
    convolution_case c = typical();
    c.p.ic = c.p.oc = 64; // where 8 bits pay on every CPU
    c.p.ih = c.p.iw = 24;
    c.pad(1, 1, 1, 1);
    c.p.src_zero_point = true;
    c.src_zero_point = 7;
    const std::string file =
            ::testing::TempDir() + "winodnn_allocations." + std::to_string(getpid()) + ".json";
    ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    check(c);
    ASSERT_EQ(winodnn_calibration_write(file.c_str()), 0) << winodnn_calibration_error();
    constexpr double all_in_8_bits = 1;
    ASSERT_EQ(winodnn_calibration_use(file.c_str(), all_in_8_bits), 0) << winodnn_calibration_error();
    std::filesystem::remove(file);
    ASSERT_NE(std::string(make_desc(c).impl_info_str()).find(":s8:"), std::string::npos);
    EXPECT_EQ(allocations_of_an_execution(c, 1), 0);
    winodnn_calibration_use(nullptr, 0);
}

TEST(allocations, of_the_librarys_scratchpad_happen_once) {
    if (runs_on_queues()) GTEST_SKIP() << "mapping memories under SYCL allocates";
    convolution_case c = typical();
    c.user_scratchpad = false;
    EXPECT_GT(allocations_of_an_execution(c, 1), 0); // else this test sees nothing
    EXPECT_EQ(allocations_of_an_execution(c, 2), 0);
}

} // namespace
} // namespace winodnn::testing
