// Processes that are forked off when winodnn has been used, or is being used by other threads.
#include "convolution_case.hpp"

#include "winodnn/winodnn.h"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <omp.h>
#include <sys/wait.h>
#include <thread>
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
    if (child == 0) {
        alarm(20); // a lock that nobody releases
        _exit(work() ? 0 : 1);
    }
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

// Threads that do one thing over and over, as long as this lives.
class busy_threads {
public:
    template <typename Work>
    explicit busy_threads(int count, const Work &work) {
        for (int t = 0; t < count; ++t)
            threads_.emplace_back([this, work] {
                omp_set_num_threads(1);
                for (work(); !ended_; work()) ++rounds_;
            });
        while (rounds_ < count) std::this_thread::yield();
    }
    ~busy_threads() {
        ended_ = true;
        for (std::thread &t : threads_) t.join();
    }
    busy_threads(const busy_threads &) = delete;
    busy_threads &operator=(const busy_threads &) = delete;

private:
    std::atomic<bool> ended_ {false};
    std::atomic<int> rounds_ {0};
    std::vector<std::thread> threads_;
};

// While other threads do `work`, children are forked, and do `in_each` by themselves. What oneDNN locks
// itself, which it does when it creates primitives, is not used by either.
template <typename Work, typename InChild>
void expect_children_to_end(const Work &work, const InChild &in_each) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the address sanitizer's allocator stays locked in children of processes with threads";
#endif
    const busy_threads others(2, work);
    for (int round = 0; round < 40; ++round) ASSERT_EQ(in_child(in_each), 0) << "child " << round;
}

void use_attributes() {
    for (int i = 0; i < 100; ++i) {
        dnnl::primitive_attr attr;
        attr.set_scales_mask(DNNL_ARG_SRC, 0);
        dnnl_primitive_attr_t copy = nullptr;
        dnnl_primitive_attr_clone(&copy, attr.get());
        dnnl_primitive_attr_destroy(copy);
    }
}

TEST(fork, while_other_threads_watch_attributes) {
    expect_children_to_end(use_attributes, [] {
        use_attributes();
        return true;
    });
}

// Executions take scratch memory from a pool, and while calibrating they have locks of their own.
void expect_executions_to_end(bool calibrating) {
    if (runs_on_queues()) GTEST_SKIP() << "SYCL's threads do not survive a fork";
    const convolution_case c(32, 32, 8, 8);
    const case_data data(c);
    const auto desc = make_desc(c);
    const dnnl::convolution_forward primitive(desc);
    const auto expected = expected_dst(c, data);
    if (calibrating) {
        ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    }
    const auto execute = [&] {
        execution run(c, data, desc);
        for (int i = 0; i < 20; ++i) run.run(primitive);
        return run.dst() == expected;
    };
    execution run(c, data, desc);
    expect_children_to_end(execute, [&] {
        omp_set_num_threads(1);
        for (int i = 0; i < 20; ++i) run.run(primitive);
        return run.dst() == expected;
    });
}

TEST(fork, while_other_threads_execute) {
    expect_executions_to_end(false);
}

TEST(fork, while_other_threads_are_observed) {
    expect_executions_to_end(true);
    EXPECT_NE(winodnn_calibration_write("/nonexistent/folder/file"), 0); // which ends it
}

} // namespace
} // namespace winodnn::testing
