// Teams of a program's own threadpool, synchronous and asynchronous.
#include "provider/threads/threadpool_team.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>
#include <vector>

namespace winodnn {
namespace {

class pool final : public dnnl::threadpool_interop::threadpool_iface {
public:
    pool(int threads, bool asynchronous) : asynchronous_(asynchronous) {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    }
    ~pool() override {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
        for (std::thread &t : threads_) t.join();
    }

    int get_num_threads() const override { return int(threads_.size()); }
    bool get_in_parallel() const override { return inside; }
    void wait() {} // which newer interfaces ask for
    std::uint64_t get_flags() const override { return asynchronous_ ? ASYNCHRONOUS : 0; }
    void parallel_for(int n, const std::function<void(int, int)> &body) override {
        std::atomic<int> left {n};
        std::atomic<int> *const waited_for = asynchronous_ ? nullptr : &left;
        {
            const std::lock_guard lock(mutex_);
            for (int i = 0; i < n; ++i)
                tasks_.push_back([body, i, n, waited_for] {
                    body(i, n);
                    if (waited_for != nullptr) waited_for->fetch_sub(1);
                });
        }
        changed_.notify_all();
        while (!asynchronous_ && left.load() != 0) std::this_thread::yield();
    }

private:
    void work() {
        inside = true;
        for (std::unique_lock lock(mutex_);;) {
            changed_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            const std::function<void()> task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
    }

    static thread_local bool inside;
    const bool asynchronous_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> tasks_;
    bool closed_ = false;
    std::vector<std::thread> threads_;
};

thread_local bool pool::inside = false;

void expect_each_part_once(const thread_team &team, int count) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    team.run(count, [&](int part) { runs[static_cast<std::size_t>(part)].fetch_add(1); });
    for (int i = 0; i < count; ++i) EXPECT_EQ(runs[static_cast<std::size_t>(i)].load(), 1) << "part " << i;
}

TEST(threadpool, every_part_is_done_once_when_run_returns) {
    for (const bool asynchronous : {false, true}) {
        pool threads(3, asynchronous);
        const threadpool_team team(&threads);
        EXPECT_EQ(team.size(), 3);
        for (int round = 0; round < 200; ++round)
            for (const int count : {1, 2, 3, 7}) expect_each_part_once(team, count);
    }
}

TEST(threadpool, from_a_thread_of_the_pool_the_work_is_its_own) {
    pool threads(2, false);
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

} // namespace
} // namespace winodnn
