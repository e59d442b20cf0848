#include "provider/creation/tuned_choice.hpp"

#include "environment/environment.hpp"
#include "files/standard_streams.hpp"
#include "problem/decimal.hpp"
#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"
#include "provider/creation/synthetic_layer.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"
#include "provider/threads/runtime.hpp"
#include "tuning/measuring.hpp"
#include "tuning/spelling.hpp"
#include "tuning/tuning_store.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <unistd.h>

namespace winodnn {
namespace {

constexpr double seconds_to_spend = 0.3;

// Of one process: in a child that was forked while a layer was measured, the thread that did so is not there
// to give the mutex back.
struct tuning_state {
    fork_safe_mutex mutex;
    tuning_store store {environment().tune};
};

// Held while a layer is measured: two at a time would disturb each other. No mutex, because that takes long:
// the process that holds it is known instead, so that a child does not wait for a thread of its parent's.
class measuring_turn {
public:
    measuring_turn() {
        const pid_t self = getpid();
        for (pid_t seen = holder_.load(); seen == self || !holder_.compare_exchange_weak(seen, self);) {
            if (seen == self) holder_.wait(seen);
            seen = holder_.load();
        }
    }
    ~measuring_turn() {
        holder_.store(0);
        holder_.notify_one();
    }
    measuring_turn(const measuring_turn &) = delete;
    measuring_turn &operator=(const measuring_turn &) = delete;

private:
    static constinit inline std::atomic<pid_t> holder_ {0};
};

// A thread that waits for the parts of a measurement may be given other work in the meantime (oneTBB does
// so): creations, for example, which must not wait for that measurement.
thread_local bool measuring = false;

class measurement {
public:
    measurement() { measuring = true; }
    ~measurement() { measuring = false; }
    measurement(const measurement &) = delete;
    measurement &operator=(const measurement &) = delete;
};

// A threadpool belongs to a stream, which at creation there is none of; what is on queues cannot be timed
// from outside.
bool has_threads_at_creation() {
    const dnnl_version_t *version = real().dnnl_version();
    if (version->cpu_runtime != DNNL_RUNTIME_THREADPOOL && !host_runtime()->queues) return true;
    print_to_stderr(
            "winodnn: WINODNN_TUNE: oneDNN's threads are not known at creation; layers are not measured\n");
    return false;
}

// Nothing if nothing is to be tuned.
tuning_state *tuning_of_process() {
    if (measuring || environment().tune.empty() || !has_threads_at_creation()) return nullptr;
    static never_destroyed<tuning_state> made;
    return &*made;
}

bool is_by_name(const convolution_request &request) {
    return request.alg_kind == dnnl_convolution_winograd;
}

// The same layer is another one where weights may not take as much.
std::string bound_of(const machine &m) {
    if (m.max_weights_growth == machine::unbounded) return {};
    return " max_weights_growth:" + decimal(m.max_weights_growth);
}

tuning_key key_of(const convolution_request &request, const problem &p, const machine &m) {
    static const never_destroyed<std::string> cpu(cpu_model);
    const dnnl_version_t *v = real().dnnl_version();
    return {*cpu, std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch),
            WINODNN_VERSION, name_of(m.isa), m.threads, is_by_name(request) ? "winograd" : direct_choice,
            spelled(p) + bound_of(m)};
}

// Nothing if this winodnn does not have what the file says.
std::optional<expected<plan>> choice_of(
        const tuning_result &result, std::span<const prediction> all, bool by_name) {
    if (result.winner == direct_choice && !by_name)
        return refuse(refusal_reason::slower, "direct convolution was the fastest when it was measured");
    for (const prediction &c : all)
        if (spelled(c.plan) == result.winner) return c.plan;
    return {};
}

std::string words_of(const tuning_result &result) {
    std::string text = "winner:" + result.winner;
    for (const timed_choice &t : result.measured) {
        text += " " + t.choice + ":" + decimal(t.microseconds, 1) + "us";
    }
    return text;
}

std::optional<tuning_result> measure(
        const convolution_request &request, const problem &p, std::span<const prediction> all) {
    const measurement mark;
    const stopwatch watch;
    owned_primitive_desc direct;
    if (create_direct_in_nhwc(direct, request) != dnnl_success) return {};
    try {
        synthetic_layer layer(request, p, direct.get());
        std::vector<contender> contenders;
        // First, so that it is never left out.
        if (!is_by_name(request))
            contenders.push_back({direct_choice, [&layer] { return layer.prepare_direct(); }});
        for (const plan &chosen : worth_measuring(all))
            contenders.push_back({spelled(chosen), [&layer, chosen] { return layer.prepare(chosen); }});
        const auto now = [&watch] { return watch.milliseconds() / 1e3; };
        tuning_result result = with_winner(measure_in_turn(contenders, seconds_to_spend, now));
        if (verbose_events())
            print_event("tune", "cpu,convolution," + to_string(request) + "," + words_of(result),
                    watch.milliseconds());
        return result;
    } catch (const failure &) {
        return {}; // as when it is created: what cannot run is declined there, with the reason
    } catch (const std::exception &) {
        return {}; // no memory for a second set of tensors
    }
}

} // namespace

std::optional<expected<plan>> tuned_choice(
        const convolution_request &request, const problem &p, const machine &m) {
    tuning_state *s = tuning_of_process();
    if (s == nullptr) return {};
    const std::vector<prediction> all = candidates(p, m, however_slow);
    if (all.empty()) return {};
    const tuning_key key = key_of(request, p, m);
    const measuring_turn turn; // before looking: whoever had it may have measured this layer
    {
        const std::lock_guard lock(s->mutex);
        if (const std::optional<tuning_result> known = s->store.find(key))
            if (auto usable = choice_of(*known, all, is_by_name(request))) return usable;
        if (s->store.failed()) return {};
    }
    const std::optional<tuning_result> result = measure(request, p, all);
    if (!result) return {};
    const std::lock_guard lock(s->mutex);
    s->store.add(key, *result);
    return choice_of(*result, all, is_by_name(request));
}

std::optional<plan> tuned_plan(const convolution_request &request, const problem &p, const machine &m,
        const weights_layout &packed) {
    tuning_state *s = tuning_of_process();
    if (s == nullptr) return {};
    std::optional<tuning_result> known;
    {
        const std::lock_guard lock(s->mutex);
        known = s->store.find(key_of(request, p, m));
    }
    if (!known) return {};
    const std::optional<expected<plan>> usable =
            choice_of(*known, candidates(p, m, however_slow), is_by_name(request));
    if (!usable || !*usable || layout_for(p, **usable) != packed) return {};
    return **usable;
}

} // namespace winodnn
