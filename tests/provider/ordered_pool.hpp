// A threadpool of a program's, of every kind that oneDNN's interface allows.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "oneapi/dnnl/dnnl_threadpool_iface.hpp"

namespace winodnn::testing {

// Runs one parallel_for after the other.
class ordered_pool final : public dnnl::threadpool_interop::threadpool_iface {
public:
    struct kind {
        int threads = 2;
        bool asynchronous = true;
        bool knows_its_threads = true;      // else get_in_parallel() is false for all, as with some pools
        std::chrono::microseconds delay {}; // before each parallel_for begins
    };

    explicit ordered_pool(const kind &k) : kind_(k) {
        for (int i = 0; i < k.threads; ++i) threads_.emplace_back([this] { work(); });
    }
    ~ordered_pool() override {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_all();
        for (std::thread &t : threads_) t.join();
    }

    int get_num_threads() const override { return kind_.threads; }
    bool get_in_parallel() const override { return kind_.knows_its_threads && inside == this; }
    std::uint64_t get_flags() const override { return kind_.asynchronous ? ASYNCHRONOUS : 0; }
    void parallel_for(int n, const std::function<void(int, int)> &body) override {
        std::unique_lock lock(mutex_);
        loops_.push_back({n, body});
        const std::uint64_t number = ++submitted_;
        changed_.notify_all();
        if (!kind_.asynchronous) changed_.wait(lock, [&] { return ended_ >= number; });
    }
    void wait() { // which newer interfaces have
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ == submitted_; });
    }
    bool is_idle_after(std::chrono::seconds patience) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return ended_ == submitted_; });
    }

private:
    struct loop {
        int count;
        std::function<void(int, int)> body;
        int next = 0, done = 0;
        bool is_delayed = false;
    };

    bool has_work() const { return !loops_.empty() && loops_.front().next < loops_.front().count; }

    void work() {
        inside = this;
        for (std::unique_lock lock(mutex_);;) {
            changed_.wait(lock, [this] { return has_work() || (is_closed_ && loops_.empty()); });
            if (!has_work()) return;
            loop &current = loops_.front();
            const int i = current.next++;
            const bool waits = !std::exchange(current.is_delayed, true);
            lock.unlock();
            if (waits) std::this_thread::sleep_for(kind_.delay);
            current.body(i, current.count);
            lock.lock();
            if (++current.done == current.count) {
                const std::function<void(int, int)> body = std::move(current.body); // ends outside the lock
                loops_.pop_front();
                ++ended_;
                changed_.notify_all();
                lock.unlock();
                lock.lock();
            }
        }
    }

    static inline thread_local const ordered_pool *inside = nullptr;
    const kind kind_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<loop> loops_;
    std::uint64_t submitted_ = 0, ended_ = 0;
    bool is_closed_ = false;
    std::vector<std::thread> threads_;
};

} // namespace winodnn::testing
