// A process that is forked while another thread measures a layer: WINODNN_TUNE's mutex and the lock of its
// file are held at that time, by a thread that the child does not have.
#include "convolution_case.hpp"
#include "tuning/tuning_file.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tuned_fork_test." + std::to_string(getpid()));
const std::string file = folder / "tuning.json";
// The variable is read once, at the first call of winodnn.
const int environment_set = setenv("WINODNN_TUNE", file.c_str(), 1);

TEST(tuned_fork, child_measures_and_remembers_while_a_thread_of_its_parents_does) {
    ASSERT_EQ(environment_set, 0);
    if (runs_on_queues()) GTEST_SKIP() << "SYCL's threads do not survive a fork";
    std::filesystem::create_directories(folder);
    make_desc(convolution_case(32, 32, 9, 8)); // whatever happens once has happened
    std::atomic<bool> begun {false}, ended {false};
    std::thread measuring([&] {
        begun = true;
        make_desc(convolution_case(256, 256, 56, 56)); // milliseconds for each execution
        ended = true;
    });
    while (!begun) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const pid_t child = fork();
    ASSERT_FALSE(ended) << "a larger layer is needed";
    if (child == 0) {
        alarm(60); // instead of hanging for ever
        make_desc(convolution_case(48, 32, 9, 8));
        _exit(0);
    }
    measuring.join();
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_tuning(file).size(), 3u);
    make_desc(convolution_case(48, 48, 9, 8)); // and the parent goes on
    EXPECT_EQ(read_tuning(file).size(), 4u);
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace winodnn::testing
