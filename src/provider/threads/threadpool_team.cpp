#include "provider/threads/threadpool_team.hpp"

#include <algorithm>

namespace winodnn {

int threadpool_team::size() const {
    if (pool_ == nullptr || pool_->get_in_parallel()) return 1;
    return std::max(pool_->get_num_threads(), 1);
}

void threadpool_team::run(int count, const task_function &task) const {
    if (count == 1 || size() == 1)
        lone_thread().run(count, task);
    else
        pool_->parallel_for(count, [&](int i, int) { task(i); });
}

} // namespace winodnn
