#include "provider/threads/threadpool_team.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace winodnn {
namespace {

using dnnl::threadpool_interop::threadpool_iface;

// Parts that have still to end.
class countdown {
public:
    explicit countdown(int count) : left_(count) {}

    void end_one() {
        // Signalled under the lock: whoever waits destroys this as soon as it can.
        const std::lock_guard lock(mutex_);
        if (--left_ == 0) ended_.notify_all();
    }

    void wait() {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return left_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    int left_;
};

} // namespace

int threadpool_team::size() const {
    if (pool_ == nullptr || pool_->get_in_parallel()) return 1;
    return std::max(pool_->get_num_threads(), 1);
}

void threadpool_team::run(int count, const part_function &part) const {
    if (count == 1 || size() == 1) {
        lone_thread().run(count, part);
        return;
    }
    if ((pool_->get_flags() & threadpool_iface::ASYNCHRONOUS) == 0) {
        pool_->parallel_for(count, [&](int i, int) { part(i); });
        return;
    }
    countdown running(count);
    pool_->parallel_for(count, [&](int i, int) {
        part(i);
        running.end_one();
    });
    running.wait();
}

} // namespace winodnn
