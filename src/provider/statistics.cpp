// The functions of winodnn.h.
#include "provider/statistics.hpp"

#include "environment/environment.hpp"
#include "winodnn/winodnn.h"

#include <atomic>

namespace winodnn {
namespace {

constinit std::atomic<std::uint64_t> taken_over {0}, declined {0}, executed {0};

thread_local std::string last_reason;

} // namespace

void count_taken_over() {
    taken_over.fetch_add(1, std::memory_order_relaxed);
}

void count_declined(const std::string &reason) {
    declined.fetch_add(1, std::memory_order_relaxed);
    last_reason = reason;
}

void count_executed() {
    executed.fetch_add(1, std::memory_order_relaxed);
}

void forget_decline_reason() {
    last_reason.clear();
}

} // namespace winodnn

const char *winodnn_version(void) {
    return WINODNN_VERSION;
}

const char *winodnn_mode(void) {
    using winodnn::settings;
    return winodnn::environment().mode == settings::winograd_mode::exact ? "exact" : "off";
}

const char *winodnn_last_decline_reason(void) {
    return winodnn::last_reason.c_str();
}

void winodnn_get_statistics(winodnn_statistics_t *statistics) {
    statistics->taken_over = winodnn::taken_over.load(std::memory_order_relaxed);
    statistics->declined = winodnn::declined.load(std::memory_order_relaxed);
    statistics->executed = winodnn::executed.load(std::memory_order_relaxed);
}

void winodnn_reset_statistics(void) {
    winodnn::taken_over.store(0, std::memory_order_relaxed);
    winodnn::declined.store(0, std::memory_order_relaxed);
    winodnn::executed.store(0, std::memory_order_relaxed);
}
