// The functions of winodnn.h.
#include "provider/report/statistics.hpp"

#include "environment/environment.hpp"
#include "process/thread_text.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/objects/status.hpp"
#include "winodnn/winodnn.h"

#include <atomic>

namespace winodnn {
namespace {

constinit std::atomic<std::uint64_t> taken_over {0}, declined {0}, executed {0}, by_onednn {0};

// A literal, or what is in composed(): noted for each convolution that is left to oneDNN, so without a copy
// if it can be.
constinit thread_local const char *last_reason [[gnu::tls_model("initial-exec")]] = "";

thread_text &composed() {
    static thread_text text;
    return text;
}

} // namespace

void count_taken_over() {
    taken_over.fetch_add(1, std::memory_order_relaxed);
}

void count_declined(const refusal &why) {
    declined.fetch_add(1, std::memory_order_relaxed);
    last_reason = why.is_literal() ? why.text() : composed().keep(why.text());
}

void count_executed(bool left_to_onednn) {
    executed.fetch_add(1, std::memory_order_relaxed);
    if (left_to_onednn) by_onednn.fetch_add(1, std::memory_order_relaxed);
}

void forget_decline_reason() {
    last_reason = "";
}

} // namespace winodnn

const char *winodnn_version(void) {
    return WINODNN_VERSION;
}

const char *winodnn_mode(void) {
    using winodnn::settings;
    // Without the memory to find out, nothing is taken over.
    return winodnn::guarded_or("off", [] {
        if (winodnn::environment().mode == settings::winograd_mode::off) return "off";
        const auto calibrated = winodnn::current_calibration();
        return calibrated != nullptr && calibrated->for_all ? "calibrated" : "exact";
    });
}

const char *winodnn_last_decline_reason(void) {
    return winodnn::last_reason;
}

void winodnn_get_statistics(winodnn_statistics_t *statistics) {
    statistics->taken_over = winodnn::taken_over.load(std::memory_order_relaxed);
    statistics->declined = winodnn::declined.load(std::memory_order_relaxed);
    statistics->executed = winodnn::executed.load(std::memory_order_relaxed);
}

uint64_t winodnn_executed_by_onednn(void) {
    return winodnn::by_onednn.load(std::memory_order_relaxed);
}

void winodnn_reset_statistics(void) {
    winodnn::taken_over.store(0, std::memory_order_relaxed);
    winodnn::declined.store(0, std::memory_order_relaxed);
    winodnn::executed.store(0, std::memory_order_relaxed);
    winodnn::by_onednn.store(0, std::memory_order_relaxed);
}
