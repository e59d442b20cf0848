// A team of threads of its own, for tests of what runs in parallel.
#pragma once

#include "threads/thread_team.hpp"

#include <thread>
#include <vector>

namespace winodnn::testing {

class std_threads final : public thread_team {
public:
    explicit std_threads(int size) : size_(size) {}

    int size() const override { return size_; }
    void run(int count, const task_function &task) const override {
        std::vector<std::thread> threads;
        for (int i = 1; i < count; ++i) threads.emplace_back([&task, i] { task(i); });
        task(0);
        for (std::thread &t : threads) t.join();
    }

private:
    int size_;
};

} // namespace winodnn::testing
