// Locks of the process that do not stay locked in a child.
#pragma once

#include <mutex>

namespace winodnn {

// A child has one thread, the one that forked. What another thread of the parent had locked would be locked
// in the child for ever, and what it guards half changed. So fork takes all of these, and both processes
// release them. A lock that is held while others are taken, while one of these is made or destroyed, or for
// long, would make fork wait for ever or for long, and cannot be one.
class fork_safe_mutex {
public:
    fork_safe_mutex(); // throws std::bad_alloc
    ~fork_safe_mutex();
    fork_safe_mutex(const fork_safe_mutex &) = delete;
    fork_safe_mutex &operator=(const fork_safe_mutex &) = delete;

    void lock() { mutex_.lock(); }
    void unlock() { mutex_.unlock(); }

private:
    friend class all_fork_safe_mutexes;

    std::mutex mutex_;
    fork_safe_mutex *previous_ = nullptr, *next_ = nullptr;
};

} // namespace winodnn
