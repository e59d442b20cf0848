// A team of whichever of a pool's threads come by.
#pragma once

#include "threads/thread_team.hpp"

#include <condition_variable>
#include <mutex>

namespace winodnn {

// Its members are the n calls of one parallel_for, which a pool may make at the same time or one after the
// other, now or later, on many threads or on one. So nobody waits for a call that has not come: the first one
// is the leader, runs the tasks, and shares them with those that come while there are any. All that is
// ever waited for is a task that somebody is doing.
class crew final : public thread_team {
public:
    explicit crew(int most) : most_(most) {}

    int size() const override { return most_; }
    // By the leader.
    void run(int count, const task_function &task) const override;

    // Of each call of the parallel_for: true for the leader, who ends with disband(). The others return when
    // nothing is left to do.
    bool join();
    void disband();

private:
    void do_one(std::unique_lock<std::mutex> &lock) const;

    const int most_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool is_led_ = false, is_disbanded_ = false;
    mutable const task_function *task_ = nullptr;
    mutable int next_ = 0, count_ = 0, being_done_ = 0;
};

} // namespace winodnn
