#include "jit/base/kernel_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace winodnn::jit {
namespace {

TEST(kernel_cache, makes_each_once_whoever_asks) {
    kernel_cache<int, int> cache;
    std::atomic<int> made {0};
    std::vector<std::thread> threads;
    std::vector<std::shared_ptr<const int>> got(64);
    for (std::size_t n = 0; n < got.size(); ++n)
        threads.emplace_back([&, n] {
            got[n] = cache.get(static_cast<int>(n % 4), [&](int config) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                ++made;
                return std::make_shared<const int>(config * 10);
            });
        });
    for (auto &t : threads) t.join();
    EXPECT_EQ(made, 4);
    for (std::size_t n = 0; n < got.size(); ++n) {
        EXPECT_EQ(*got[n], static_cast<int>(n % 4) * 10);
        EXPECT_EQ(got[n], got[n % 4]);
    }
}

// If making were done under the lock, the second would wait for ever.
TEST(kernel_cache, other_configs_are_not_held_up) {
    kernel_cache<int, int> cache;
    const auto outer = cache.get(1, [&](int) {
        std::thread other([&] { cache.get(2, [](int) { return std::make_shared<const int>(2); }); });
        other.join();
        return std::make_shared<const int>(1);
    });
    EXPECT_EQ(*outer, 1);
}

TEST(kernel_cache, a_failure_is_told_and_tried_again) {
    kernel_cache<int, int> cache;
    const auto fail = [](int) -> std::shared_ptr<const int> {
        throw std::runtime_error("no memory for code");
    };
    EXPECT_THROW(cache.get(1, fail), std::runtime_error);
    EXPECT_EQ(*cache.get(1, [](int) { return std::make_shared<const int>(7); }), 7);
}

// Used last is kept, and whoever holds a kernel keeps it.
TEST(kernel_cache, keeps_so_many_and_no_more) {
    kernel_cache<int, int> cache(3);
    int made = 0;
    const auto make = [&](int config) {
        ++made;
        return std::make_shared<const int>(config);
    };
    const auto held = cache.get(0, make);
    for (int config = 1; config < 3; ++config) cache.get(config, make);
    cache.get(1, make);
    cache.get(3, make); // in the place of 0, which was used first
    EXPECT_EQ(made, 4);
    EXPECT_EQ(*held, 0);
    cache.get(1, make);
    EXPECT_EQ(made, 4);
    cache.get(0, make);
    EXPECT_EQ(made, 5);
    for (int config = 0; config < 100; ++config) cache.get(config, make);
    EXPECT_EQ(cache.size(), 3u);
}

// A thread of the parent makes it, and there is no such thread in the child.
TEST(kernel_cache, a_child_does_not_wait_for_a_thread_of_its_parent) {
    kernel_cache<int, int> cache;
    std::latch making(1), forked(1);
    std::thread maker([&] {
        cache.get(1, [&](int config) {
            making.count_down();
            forked.wait();
            return std::make_shared<const int>(config);
        });
    });
    making.wait();
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        const auto make = [](int config) { return std::make_shared<const int>(config * 10); };
        _exit(*cache.get(1, make) == 10 && *cache.get(1, make) == 10 && *cache.get(2, make) == 20 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    forked.count_down();
    maker.join();
    EXPECT_EQ(*cache.get(1, [](int) { return std::make_shared<const int>(0); }), 1);
}

} // namespace
} // namespace winodnn::jit
