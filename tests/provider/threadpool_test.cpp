// Teams of a program's own threadpool.
#include "provider/ordered_pool.hpp"
#include "provider/threads/crew.hpp"
#include "provider/threads/threadpool_team.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace winodnn {
namespace {

using testing::ordered_pool;

void expect_each_part_once(const thread_team &team, int count) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    team.run(count, [&](int task) { runs[static_cast<std::size_t>(task)].fetch_add(1); });
    for (int i = 0; i < count; ++i) EXPECT_EQ(runs[static_cast<std::size_t>(i)].load(), 1) << "task " << i;
}

TEST(threadpool, every_part_is_done_once_when_run_returns) {
    ordered_pool threads({.threads = 3, .asynchronous = false});
    const threadpool_team team(&threads);
    EXPECT_EQ(team.size(), 3);
    for (int round = 0; round < 200; ++round)
        for (const int count : {1, 2, 3, 7}) expect_each_part_once(team, count);
}

TEST(threadpool, from_a_thread_of_the_pool_the_work_is_its_own) {
    ordered_pool threads({.threads = 2, .asynchronous = false});
    const threadpool_team team(&threads);
    std::atomic<int> size {0}, moved {0};
    threads.parallel_for(1, [&](int, int) {
        size = team.size();
        const auto self = std::this_thread::get_id();
        team.run(5, [&](int) {
            if (std::this_thread::get_id() != self) moved.fetch_add(1);
        });
    });
    EXPECT_EQ(size, 1);
    EXPECT_EQ(moved, 0);
}

TEST(threadpool, a_stream_without_a_pool_has_the_calling_thread) {
    const threadpool_team team;
    EXPECT_EQ(team.size(), 1);
    expect_each_part_once(team, 4);
}

void lead(crew &c) {
    EXPECT_EQ(c.size(), 3);
    for (const int count : {1, 2, 3, 7}) expect_each_part_once(c, count);
    c.disband();
}

TEST(crew, one_of_the_calls_leads_whatever_the_pool_makes_of_them) {
    for (const int threads : {1, 2, 5})
        for (int round = 0; round < 100; ++round) {
            crew c(3);
            std::atomic<int> leaders {0};
            ordered_pool pool({.threads = threads, .asynchronous = true});
            pool.parallel_for(3, [&](int, int) {
                if (!c.join()) return;
                ++leaders;
                lead(c);
            });
            pool.wait();
            EXPECT_EQ(leaders, 1);
        }
}

// Nobody waits for calls that are not made.
TEST(crew, a_leader_without_others_does_all_of_it) {
    crew c(3);
    ASSERT_TRUE(c.join());
    lead(c);
    EXPECT_FALSE(c.join()); // the others, late
}

// Those who came do their part of it.
TEST(crew, parts_run_at_the_same_time) {
    crew c(3);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            if (!c.join()) return;
            std::latch all_are_there(3); // with fewer at a time it would wait for ever
            c.run(3, [&](int) { all_are_there.arrive_and_wait(); });
            c.disband();
        });
    for (std::thread &t : threads) t.join();
}

} // namespace
} // namespace winodnn
