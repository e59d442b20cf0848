// Processes that execute while they end, that unload winodnn, and that may not execute generated code.
#include "support/command.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace winodnn::testing {
namespace {

const std::string preloaded = "LD_PRELOAD='" WINODNN_PRELOAD "' ";

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string checksum_in(const std::string &text) {
    const auto at = text.find("checksum ");
    return at == std::string::npos ? "none in: " + text : text.substr(at, 17);
}

class scratch_file {
public:
    ~scratch_file() { std::filesystem::remove(path); }

    const std::string path = std::filesystem::temp_directory_path()
                             / ("process_end_test." + std::to_string(getpid()) + ".json");
};

// "samples":n of the first layer in a calibration file: of how many patches it was made.
std::string samples_in(const std::string &path) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto at = text.find("\"samples\"");
    return at == std::string::npos ? "none in: " + text : text.substr(at, text.find(',', at) - at);
}

TEST(process_end, static_objects_execute_destroy_and_make_convolutions) {
    const std::string expected = checksum_in(output_of(WINODNN_PLAIN_PROBE " direct"));
    for (const char *settings : {"", "WINODNN_VERBOSE=2 ", "WINODNN_TILE=f2x2 "}) {
        SCOPED_TRACE(settings);
        const std::string text = output_of(settings + preloaded + WINODNN_EXIT_PROBE " static");
        EXPECT_TRUE(has(text, "executed at the end: " + expected)) << text;
        EXPECT_TRUE(has(text, "impl wino:f")) << text;
        EXPECT_EQ(checksum_in(text.substr(text.find("impl wino:f"))), expected);
    }
}

// What is executed then is observed too, and the file is written after it.
TEST(process_end, a_calibration_is_written_after_all_executions) {
    const scratch_file calibration;
    output_of("WINODNN_CALIBRATE='" + calibration.path + "' " + preloaded + WINODNN_EXIT_PROBE " static");
    // 28x27 pixels are 7x7 patches of each of two executions.
    EXPECT_EQ(samples_in(calibration.path), "\"samples\":98");
}

TEST(process_end, threads_that_still_execute_disturb_nothing) {
    for (int round = 0; round < 5; ++round)
        EXPECT_TRUE(has(output_of(preloaded + WINODNN_EXIT_PROBE " threads"), "main is done"));
}

TEST(process_end, a_plugin_that_was_linked_with_winodnn_is_unloaded) {
    const scratch_file calibration;
    const std::string program = WINODNN_UNLOAD_PROBE " " WINODNN_LINKED_PLUGIN;
    const std::string expected = checksum_in(output_of(WINODNN_PLAIN_PROBE " direct"));
    const auto lines =
            lines_of(output_of("WINODNN_TILE=f4x4 WINODNN_CALIBRATE='" + calibration.path + "' " + program));
    ASSERT_EQ(lines.size(), 6u);
    for (std::size_t i = 0; i < lines.size(); i += 2) {
        EXPECT_TRUE(has(lines[i], "impl wino:f4x4:")) << lines[i];
        EXPECT_EQ(checksum_in(lines[i]), expected);
        EXPECT_EQ(lines[i + 1], "unloaded");
    }
    // All three rounds' executions, not the last one's.
    EXPECT_EQ(samples_in(calibration.path), "\"samples\":147");
}

class without_code : public ::testing::TestWithParam<const char *> {
protected:
    const std::string restricted = std::string(WINODNN_WITHOUT_CODE " ") + GetParam() + " ";
    void SetUp() override {
        if (std::system((restricted + "/bin/true").c_str()) != 0)
            GTEST_SKIP() << "this kernel has no " << GetParam();
    }
};

TEST_P(without_code, everything_is_declined_as_with_mode_off) {
    for (const char *algorithm : {"direct", "winograd"}) {
        SCOPED_TRACE(algorithm);
        const std::string plain = output_of(restricted + WINODNN_PLAIN_PROBE " " + algorithm);
        EXPECT_EQ(output_of(restricted + WINODNN_LINKED_PROBE " " + algorithm), plain);
        EXPECT_EQ(output_of("WINODNN_MODE=off " + restricted + WINODNN_LINKED_PROBE " " + algorithm), plain);
    }
    const std::string text =
            output_of("WINODNN_VERBOSE=2 " + restricted + WINODNN_LINKED_PROBE " direct", true);
    const std::string reason = "the process may not execute code that it has written";
    EXPECT_TRUE(has(text, "winodnn_verbose,info,status:unsupported,runtime:")) << text;
    EXPECT_TRUE(has(text, reason)) << text;
    EXPECT_TRUE(has(text, "create:decline,")) << text;
    EXPECT_TRUE(has(output_of(WINODNN_LINKED_PROBE " winograd"), "impl wino:f")) << "unrestricted";
}

INSTANTIATE_TEST_SUITE_P(means, without_code, ::testing::Values("mdwe", "seccomp"),
        [](const auto &info) { return std::string(info.param); });

} // namespace
} // namespace winodnn::testing
