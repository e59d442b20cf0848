// What was observed is not lost, whatever happens when it is written.
#include "winodnn/winodnn.h"

#include "calibration/calibration_file.hpp"
#include "convolution_case.hpp"
#include "support/device.hpp"

#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

class calibration_write : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(winodnn_calibration_start(nullptr), 0) << winodnn_calibration_error(); }
    void TearDown() override {
        // Nothing is observed in the next test but its own.
        if (winodnn_calibration_start(nullptr) == 0) execute(16);
        winodnn_calibration_write(file_.c_str());
        std::filesystem::remove(file_);
        std::filesystem::remove(device_);
    }

    static void execute(dim channels) {
        const convolution_case c(channels, 32, 10, 9);
        const case_data data(c);
        const auto desc = make_desc(c);
        execution e(c, data, desc);
        e.run(dnnl::convolution_forward(desc));
        EXPECT_EQ(e.dst(), expected_dst(c, data));
    }
    std::size_t layers_written() const { return read_calibration(file_).layers.size(); }

    const std::string file_ = std::filesystem::temp_directory_path()
                              / ("calibration_write_test." + std::to_string(getpid()) + ".json");
    const std::string device_ = file_ + ".device";
};

TEST_F(calibration_write, to_a_wrong_path_loses_nothing) {
    execute(32);
    const std::string full = make_device(device_, full_device);
    for (const std::string &wrong : {std::string("/nowhere/none.json"), full, std::string("/")}) {
        EXPECT_EQ(winodnn_calibration_write(wrong.c_str()), -1) << wrong;
        EXPECT_STRNE(winodnn_calibration_error(), "");
    }
    execute(48); // it goes on
    ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    EXPECT_EQ(layers_written(), 2u);
    EXPECT_EQ(winodnn_calibration_write(file_.c_str()), -1) << "and then it has ended";
    EXPECT_STREQ(winodnn_calibration_error(), "no calibration was started");
}

TEST_F(calibration_write, of_nothing_leaves_the_file_alone) {
    execute(32);
    ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    EXPECT_EQ(winodnn_calibration_write(file_.c_str()), -1);
    EXPECT_STREQ(winodnn_calibration_error(), "no convolution was observed; nothing is written");
    EXPECT_EQ(layers_written(), 1u);
    execute(32);
    EXPECT_EQ(winodnn_calibration_write(file_.c_str()), 0) << "it went on";
}

TEST_F(calibration_write, others_execute_and_write_meanwhile) {
    execute(64);
    std::atomic<bool> done {false};
    std::thread executing([&] {
        while (!done)
            for (const dim channels : {32, 48, 64}) execute(channels);
    });
    const std::string other = file_ + ".other";
    std::thread writing([&] {
        // The one or the other has ended it, or both have written the same.
        if (winodnn_calibration_write(other.c_str()) != 0) {
            EXPECT_STREQ(winodnn_calibration_error(), "no calibration was started");
        }
    });
    EXPECT_EQ(winodnn_calibration_write("/nowhere/none.json"), -1);
    if (winodnn_calibration_write(file_.c_str()) != 0) {
        EXPECT_STREQ(winodnn_calibration_error(), "no calibration was started");
    }
    writing.join();
    done = true;
    executing.join();
    ASSERT_TRUE(std::filesystem::exists(file_) || std::filesystem::exists(other));
    for (const std::string &written : {file_, other})
        if (std::filesystem::exists(written)) {
            EXPECT_GE(read_calibration(written).layers.size(), 1u);
        }
    std::filesystem::remove(other);
}

TEST_F(calibration_write, start_meanwhile_begins_a_new_one) {
    execute(256); // which takes a while to write
    std::thread writing([&] { EXPECT_EQ(winodnn_calibration_write(file_.c_str()), 0); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(winodnn_calibration_start("mse"), 0);
    writing.join();
    EXPECT_EQ(layers_written(), 1u);
    execute(32);
    ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    EXPECT_EQ(layers_written(), 1u);
    EXPECT_EQ(read_calibration(file_).scales, scale_choice::mse);
}

} // namespace
} // namespace winodnn::testing
