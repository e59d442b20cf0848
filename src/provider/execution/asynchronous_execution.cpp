#include "provider/execution/asynchronous_execution.hpp"

#include "provider/execution/deferred_failures.hpp"
#include "provider/objects/status.hpp"
#include "provider/threads/crew.hpp"
#include "provider/threads/runtime.hpp"
#include "provider/threads/threadpool.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace winodnn {
namespace {

using dnnl::threadpool_interop::threadpool_iface;

bool onednn_waits_for_pools() {
    const dnnl_version_t *version = real().dnnl_version();
    return version->major == 3 && version->minor < 11;
}

owned_stream stream_without_pool(dnnl_stream_t like) {
    dnnl_engine_t engine = nullptr;
    require(real().dnnl_stream_get_engine(like, &engine));
    dnnl_stream_t made = nullptr;
    require(real().dnnl_stream_create(&made, engine, dnnl_stream_default_flags));
    return owned_stream(made);
}

// All that an execution needs, whatever the program destroys in the meantime. Kept alive by the calls that
// the pool still has to make.
class submission {
public:
    submission(const executed_object &executed, dnnl_stream_t stream, int threads, int nargs,
            const dnnl_exec_arg_t *args)
        : description_(executed.description), executable_(executed.executable), info_(executed.info),
          stream_(stream), without_pool_(stream_without_pool(stream)), crew_(threads) {
        memories_.reserve(static_cast<std::size_t>(nargs));
        args_.reserve(static_cast<std::size_t>(nargs));
        for (int i = 0; i < nargs; ++i) add(args[i]);
    }

    // In each call of the parallel_for.
    void run() {
        if (!crew_.join()) return;
        const within_onednn entered(onednn_);
        const team_of_thread team(crew_);
        status_ = guarded([&] {
            return executable_->execute(without_pool_.get(), static_cast<int>(args_.size()), args_.data());
        });
        if (status_ != dnnl_success && !is_waited_for_) note_deferred_failure(stream_, status_, info_);
        has_ended_.store(true, std::memory_order_release);
        has_ended_.notify_all();
        crew_.disband();
    }

    bool is_waited_for() const { return is_waited_for_; }

    dnnl_status_t wait() const {
        has_ended_.wait(false, std::memory_order_acquire);
        return status_;
    }

private:
    // Its memory object may be gone before its values are. What has no buffer is no argument of ours.
    void add(const dnnl_exec_arg_t &given) {
        void *data = nullptr;
        const_dnnl_memory_desc_t desc = nullptr;
        dnnl_engine_t engine = nullptr;
        dnnl_memory_t copy = nullptr;
        if (given.memory == nullptr || real().dnnl_memory_get_data_handle(given.memory, &data) != dnnl_success
                || real().dnnl_memory_get_memory_desc(given.memory, &desc) != dnnl_success
                || real().dnnl_memory_get_engine(given.memory, &engine) != dnnl_success)
            return;
        require(real().dnnl_memory_create(&copy, desc, engine, data));
        memories_.emplace_back(copy);
        args_.push_back({given.arg, copy});
    }

    const onednn *const onednn_ = current_onednn;
    const std::shared_ptr<const description> description_;
    const std::shared_ptr<const executable> executable_;
    const std::string &info_;
    const dnnl_stream_t stream_;
    const bool is_waited_for_ = onednn_waits_for_pools();
    const owned_stream without_pool_; // what oneDNN does for us in between, it does on the thread that asks
    std::vector<owned_memory> memories_;
    std::vector<dnnl_exec_arg_t> args_;
    crew crew_;
    dnnl_status_t status_ = dnnl_success;
    std::atomic<bool> has_ended_ {false};
};

} // namespace

dnnl_status_t execute(
        const executed_object &executed, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args) {
    threadpool_iface *pool = stream == nullptr || !host_runtime()
                                     ? nullptr
                                     : host_runtime()->threads->asynchronous_pool(stream);
    if (pool == nullptr || nargs < 0 || (nargs > 0 && args == nullptr))
        return executed.executable->execute(stream, nargs, args);
    // As with oneDNN, what comes from a thread of the pool is done by that thread.
    if (pool->get_in_parallel())
        return executed.executable->execute(stream_without_pool(stream).get(), nargs, args);
    const int threads = std::max(pool->get_num_threads(), 1);
    const auto submitted = std::make_shared<submission>(executed, stream, threads, nargs, args);
    pool->parallel_for(threads, [submitted](int, int) { submitted->run(); });
    return submitted->is_waited_for() ? submitted->wait() : dnnl_success;
}

} // namespace winodnn
