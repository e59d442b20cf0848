#include "provider/threads/runtime.hpp"

#include "process/never_destroyed.hpp"
#include "provider/threads/openmp.hpp"
#include "provider/threads/tbb.hpp"
#include "provider/threads/threadpool.hpp"

#include <utility>

namespace winodnn {
namespace {

class sequential_runtime final : public thread_runtime {
public:
    int threads() const override { return 1; }
    const thread_team &team_on(dnnl_stream_t, threadpool_team &) const override { return thread_; }
    const char *name() const override { return "sequential"; }

private:
    const lone_thread thread_ {};
};

runtime_report report_of(
        std::unique_ptr<const thread_runtime> runtime, const char *otherwise, bool queues = false) {
    if (runtime == nullptr) return {nullptr, queues, otherwise};
    return {std::move(runtime), queues, {}};
}

runtime_report find_runtime() {
    const dnnl_version_t *version = real().dnnl_version == nullptr ? nullptr : real().dnnl_version();
    if (version == nullptr) return {nullptr, false, "no oneDNN was found"};
    switch (version->cpu_runtime) {
        case DNNL_RUNTIME_SEQ: return report_of(std::make_unique<sequential_runtime>(), "");
        case DNNL_RUNTIME_OMP:
            return report_of(
                    find_openmp(loaded_library()), "oneDNN's OpenMP runtime was not found in the process");
        case DNNL_RUNTIME_TBB:
            return report_of(
                    find_tbb(), "oneDNN's CPU runtime is oneTBB, and libwinodnn-tbb.so cannot be loaded");
        case DNNL_RUNTIME_THREADPOOL:
            return report_of(find_threadpool(), "oneDNN's threadpool cannot be reached");
        case DNNL_RUNTIME_DPCPP: // on CPUs SYCL has oneTBB's threads
            return report_of(
                    find_tbb(), "oneDNN's CPU runtime is SYCL, and libwinodnn-tbb.so cannot be loaded", true);
        default: return {nullptr, false, "an unknown CPU runtime of oneDNN's"};
    }
}

} // namespace

const runtime_report &host_runtime() {
    static const never_destroyed<runtime_report> report(find_runtime);
    return *report;
}

} // namespace winodnn
