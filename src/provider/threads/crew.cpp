#include "provider/threads/crew.hpp"

namespace winodnn {

void crew::run(int count, const task_function &task) const {
    std::unique_lock lock(mutex_);
    task_ = &task;
    next_ = 0;
    count_ = count;
    if (count > 1) changed_.notify_all();
    while (next_ < count_) do_one(lock);
    changed_.wait(lock, [this] { return being_done_ == 0; });
}

bool crew::join() {
    std::unique_lock lock(mutex_);
    if (!is_led_) {
        is_led_ = true;
        return true;
    }
    for (;;) {
        changed_.wait(lock, [this] { return is_disbanded_ || next_ < count_; });
        if (is_disbanded_) return false;
        do_one(lock);
    }
}

void crew::disband() {
    const std::lock_guard lock(mutex_);
    is_disbanded_ = true;
    changed_.notify_all();
}

void crew::do_one(std::unique_lock<std::mutex> &lock) const {
    const int task = next_++;
    ++being_done_;
    lock.unlock();
    (*task_)(task);
    lock.lock();
    if (--being_done_ == 0) changed_.notify_all();
}

} // namespace winodnn
