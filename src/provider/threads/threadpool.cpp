#include "provider/threads/threadpool.hpp"

#include <algorithm>

namespace winodnn {
namespace {

using dnnl::threadpool_interop::threadpool_iface;

constinit thread_local const thread_team *given_team [[gnu::tls_model("initial-exec")]] = nullptr;

class threadpool_runtime final : public thread_runtime {
public:
    using get_pool = dnnl_status_t (*)(dnnl_stream_t, void **);
    using get_concurrency = dnnl_status_t (*)(int *);
    threadpool_runtime(get_pool pool, get_concurrency concurrency) : pool_(pool), concurrency_(concurrency) {}

    int threads() const override {
        int count = 1;
        if (concurrency_(&count) != dnnl_success) return 1;
        return std::max(count, 1);
    }
    const thread_team &team_on(dnnl_stream_t stream, threadpool_team &own) const override {
        if (given_team != nullptr) return *given_team;
        own = threadpool_team(pool_of(stream));
        return own;
    }
    threadpool_iface *asynchronous_pool(dnnl_stream_t stream) const override {
        threadpool_iface *pool = pool_of(stream);
        if (pool == nullptr || (pool->get_flags() & threadpool_iface::ASYNCHRONOUS) == 0) return nullptr;
        return pool;
    }
    const char *name() const override { return "threadpool"; }

private:
    threadpool_iface *pool_of(dnnl_stream_t stream) const {
        void *pool = nullptr;
        if (pool_(stream, &pool) != dnnl_success) return nullptr;
        return static_cast<threadpool_iface *>(pool);
    }

    get_pool pool_;
    get_concurrency concurrency_;
};

} // namespace

std::unique_ptr<const thread_runtime> find_threadpool() {
    const auto pool = reinterpret_cast<threadpool_runtime::get_pool>(
            WINODNN_FIND_NEWER(dnnl_threadpool_interop_stream_get_threadpool));
    const auto concurrency = reinterpret_cast<threadpool_runtime::get_concurrency>(
            WINODNN_FIND_NEWER(dnnl_threadpool_interop_get_max_concurrency));
    if (pool == nullptr || concurrency == nullptr) return nullptr;
    return std::make_unique<threadpool_runtime>(pool, concurrency);
}

team_of_thread::team_of_thread(const thread_team &team) {
    given_team = &team;
}

team_of_thread::~team_of_thread() {
    given_team = nullptr;
}

} // namespace winodnn
