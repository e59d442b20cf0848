#include "process/fork_safe_mutex.hpp"

#include <new>
#include <pthread.h>

namespace winodnn {

// A list, and what fork does with it. The list's own lock is taken before those in it.
class all_fork_safe_mutexes {
public:
    static void add(fork_safe_mutex &m) {
        const std::lock_guard lock(guards_list_);
        if (!fork_knows_) {
            if (pthread_atfork(lock_all, unlock_all, unlock_all) != 0) throw std::bad_alloc();
            fork_knows_ = true;
        }
        m.next_ = first_;
        if (first_ != nullptr) first_->previous_ = &m;
        first_ = &m;
    }

    static void remove(fork_safe_mutex &m) {
        const std::lock_guard lock(guards_list_);
        (m.previous_ == nullptr ? first_ : m.previous_->next_) = m.next_;
        if (m.next_ != nullptr) m.next_->previous_ = m.previous_;
    }

private:
    static void lock_all() {
        guards_list_.lock();
        for (fork_safe_mutex *m = first_; m != nullptr; m = m->next_) m->lock();
    }

    static void unlock_all() {
        for (fork_safe_mutex *m = first_; m != nullptr; m = m->next_) m->unlock();
        guards_list_.unlock();
    }

    static constinit inline std::mutex guards_list_;
    static constinit inline bool fork_knows_ = false;
    static constinit inline fork_safe_mutex *first_ = nullptr;
};

fork_safe_mutex::fork_safe_mutex() {
    all_fork_safe_mutexes::add(*this);
}

fork_safe_mutex::~fork_safe_mutex() {
    all_fork_safe_mutexes::remove(*this);
}

} // namespace winodnn
