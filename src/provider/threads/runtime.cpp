#include "provider/threads/runtime.hpp"

#include "process/never_destroyed.hpp"
#include "provider/threads/openmp.hpp"
#include "provider/threads/tbb.hpp"
#include "provider/threads/threadpool.hpp"

#include <utility>

namespace winodnn {
namespace {

constexpr char no_onednn[] = "no oneDNN was found";

class sequential_runtime final : public thread_runtime {
public:
    int threads() const override { return 1; }
    const thread_team &team_on(dnnl_stream_t, threadpool_team &) const override { return thread_; }
    const char *name() const override { return "sequential"; }

private:
    const lone_thread thread_ {};
};

template <typename Text>
expected<found_runtime> if_found(
        std::unique_ptr<const thread_runtime> threads, const Text &otherwise, bool queues = false) {
    if (threads == nullptr) return refuse(refusal_reason::machine, otherwise);
    return found_runtime {std::move(threads), queues};
}

expected<found_runtime> find_runtime() {
    const dnnl_version_t *version = real().dnnl_version == nullptr ? nullptr : real().dnnl_version();
    if (version == nullptr) return refuse(refusal_reason::machine, no_onednn);
    switch (version->cpu_runtime) {
        case DNNL_RUNTIME_SEQ: return found_runtime {std::make_unique<sequential_runtime>()};
        case DNNL_RUNTIME_OMP:
            return if_found(find_openmp(reinterpret_cast<const void *>(real().dnnl_version),
                                    entered_onednn()->library),
                    "oneDNN's OpenMP runtime was not found in the process");
        case DNNL_RUNTIME_TBB:
            return if_found(
                    find_tbb(), "oneDNN's CPU runtime is oneTBB, and libwinodnn-tbb.so cannot be loaded");
        case DNNL_RUNTIME_THREADPOOL:
            return if_found(find_threadpool(), "oneDNN's threadpool cannot be reached");
        case DNNL_RUNTIME_DPCPP: // on CPUs SYCL has oneTBB's threads
            return if_found(
                    find_tbb(), "oneDNN's CPU runtime is SYCL, and libwinodnn-tbb.so cannot be loaded", true);
        default: return refuse(refusal_reason::machine, "an unknown CPU runtime of oneDNN's");
    }
}

} // namespace

const expected<found_runtime> &host_runtime() {
    const onednn *entered = entered_onednn();
    if (entered == nullptr) {
        static const never_destroyed<expected<found_runtime>> none(
                [] { return expected<found_runtime>(refuse(refusal_reason::machine, no_onednn)); });
        return *none;
    }
    const expected<found_runtime> *known = entered->runtime.load(std::memory_order_acquire);
    if (known != nullptr) return *known;
    // Of two that are found at once one is kept, for as long as oneDNN.
    auto found = std::make_unique<const expected<found_runtime>>(find_runtime());
    if (!entered->runtime.compare_exchange_strong(known, found.get())) return *known;
    return *found.release();
}

} // namespace winodnn
