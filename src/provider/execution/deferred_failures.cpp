#include "provider/execution/deferred_failures.hpp"

#include "files/standard_streams.hpp"
#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"
#include "provider/objects/status.hpp"

#include <atomic>
#include <map>
#include <mutex>

namespace winodnn {
namespace {

struct failures {
    fork_safe_mutex mutex;
    std::map<dnnl_stream_t, dnnl_status_t> by_stream;
};

failures &all_failures() {
    static never_destroyed<failures> f;
    return *f;
}

// Most processes never have one: then nothing is looked up.
constinit std::atomic<bool> has_failures {false};

} // namespace

void note_deferred_failure(dnnl_stream_t stream, dnnl_status_t status, std::string_view info) {
    print_to_stderr(
            "winodnn: an execution on an asynchronous threadpool failed with status %d, and nothing was "
            "computed%s%.*s; WINODNN_VERBOSE=2 shows why\n",
            static_cast<int>(status), info.empty() ? "" : ": ", static_cast<int>(info.size()), info.data());
    if_there_is_memory([&] {
        failures &f = all_failures();
        const std::lock_guard lock(f.mutex);
        f.by_stream.try_emplace(stream, status);
        has_failures = true;
    });
}

dnnl_status_t take_deferred_failure(dnnl_stream_t stream) {
    if (!has_failures.load(std::memory_order_acquire)) return dnnl_success;
    failures &f = all_failures();
    const std::lock_guard lock(f.mutex);
    const auto found = f.by_stream.find(stream);
    if (found == f.by_stream.end()) return dnnl_success;
    const dnnl_status_t status = found->second;
    f.by_stream.erase(found);
    return status;
}

} // namespace winodnn
