// A pool of the program's own as a team.
#pragma once

#include "threads/thread_team.hpp"

#include <cstdint> // which the next one needs in v3.2
#include <functional>

#include "oneapi/dnnl/dnnl_threadpool_iface.hpp"

namespace winodnn {

// Of a pool whose parallel_for returns when all is done.
class threadpool_team final : public thread_team {
public:
    // nullptr, as on a stream without a pool: the calling thread alone.
    explicit threadpool_team(dnnl::threadpool_interop::threadpool_iface *pool = nullptr) : pool_(pool) {}

    int size() const override;
    void run(int count, const task_function &task) const override;

private:
    dnnl::threadpool_interop::threadpool_iface *pool_;
};

} // namespace winodnn
