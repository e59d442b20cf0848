// Processes that are forked off when winodnn has been used.
#include "convolution_case.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

bool computes(const convolution_case &c) {
    const case_data data(c);
    const auto desc = make_desc(c);
    execution run(c, data, desc);
    run.run(dnnl::convolution_forward(desc));
    return run.dst() == expected_dst(c, data);
}

// What a child returns, or -1 if it did not end by itself.
template <typename Work>
int in_child(const Work &work) {
    const pid_t child = fork();
    if (child == 0) _exit(work() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(fork, a_child_creates_destroys_and_executes_with_one_thread) {
    if (runs_on_queues()) GTEST_SKIP() << "SYCL's threads do not survive a fork";
    const convolution_case c(48, 80, 15, 14);
    ASSERT_TRUE(computes(c)); // with as many threads as there are
    EXPECT_EQ(in_child([&] {
        const auto desc = make_desc(c);
        return dnnl::convolution_forward(desc).get() != nullptr;
    }),
            0);
    // libgomp's own threads are gone in a child, so a program keeps to one.
    EXPECT_EQ(in_child([&] {
        omp_set_num_threads(1);
        return computes(c);
    }),
            0);
    EXPECT_TRUE(computes(c));
}

} // namespace
} // namespace winodnn::testing
