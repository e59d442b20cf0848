#include "provider/threads/threadpool.hpp"

#include <algorithm>

namespace winodnn {
namespace {

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
        void *pool = nullptr;
        if (pool_(stream, &pool) != dnnl_success) pool = nullptr;
        own = threadpool_team(static_cast<dnnl::threadpool_interop::threadpool_iface *>(pool));
        return own;
    }
    const char *name() const override { return "threadpool"; }

private:
    get_pool pool_;
    get_concurrency concurrency_;
};

} // namespace

std::unique_ptr<const thread_runtime> find_threadpool() {
    const auto pool = reinterpret_cast<threadpool_runtime::get_pool>(
            find_real("dnnl_threadpool_interop_stream_get_threadpool"));
    const auto concurrency = reinterpret_cast<threadpool_runtime::get_concurrency>(
            find_real("dnnl_threadpool_interop_get_max_concurrency"));
    if (pool == nullptr || concurrency == nullptr) return nullptr;
    return std::make_unique<threadpool_runtime>(pool, concurrency);
}

} // namespace winodnn
