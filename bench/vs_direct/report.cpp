#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>

namespace winodnn::bench {
namespace {

using run = benchmark::BenchmarkReporter::Run;

// There are no aggregates of a single repetition.
const run &median_of(const std::vector<run> &runs) {
    for (const run &r : runs)
        if (r.aggregate_name == "median") return r;
    return runs.front();
}

std::string tenths(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f", value);
    return text;
}

} // namespace

bool report::ReportContext(const Context &) {
    std::printf("%-18s %3s  %-30s %9s %8s  %-30s %9s %8s  %7s  %10s %10s %10s\n", "layer", "mb", "winodnn",
            "ms", "GMAC/s", "oneDNN direct", "ms", "GMAC/s", "speedup", calibrated_ ? "s32 dB" : "s32 wrong",
            "direct's", "u8 differ");
    std::fflush(stdout);
    return true;
}

void report::ReportRuns(const std::vector<Run> &runs) {
    const layer &l = layers_[done_++];
    std::printf("%-18s %3lld  ", l.name.c_str(), static_cast<long long>(l.mb));
    if (runs.front().error_occurred) {
        std::printf("failed: %s\n", runs.front().error_message.c_str());
        ++failures_;
        return;
    }
    const Run &median = median_of(runs);
    const auto count = [&](const char *name) { return static_cast<long long>(median.counters.at(name)); };
    const double ours = median.counters.at("winodnn_ms");
    const double direct = median.counters.at("direct_ms");
    const bool declined = count("declined") != 0;
    const double speedup = declined ? 1 : direct / ours;
    const double gmacs = static_cast<double>(l.macs()) * 1e-6;
    std::istringstream label(median.report_label);
    std::string plan, direct_name, why_declined;
    label >> plan >> direct_name >> std::ws;
    std::getline(label, why_declined);

    const std::string error = calibrated_ && !declined ? tenths(median.counters.at("snr"))
                                                       : std::to_string(count("mismatches"));
    if (calibrated_ && !declined) decibels_.push_back(median.counters.at("snr"));
    std::printf("%-30s %9.3f %8.1f  %-30s %9.3f %8.1f  %7.3f  %10s %10lld %10lld%s%s\n", plan.c_str(), ours,
            gmacs / ours, direct_name.c_str(), direct, gmacs / direct, speedup, error.c_str(),
            count("direct_mismatches"), count("different_bytes"), why_declined.empty() ? "" : "  ",
            why_declined.c_str());
    std::fflush(stdout);

    speedups_.push_back(speedup);
    declined_ += declined ? 1 : 0;
    mismatches_ += count("mismatches");
}

void report::Finalize() {
    if (speedups_.empty()) return;
    double logarithms = 0;
    for (const double s : speedups_) logarithms += std::log(s);
    std::printf("geomean %.3f min %.3f layers %zu declined %lld mismatches %lld\n",
            std::exp(logarithms / static_cast<double>(speedups_.size())),
            *std::min_element(speedups_.begin(), speedups_.end()), speedups_.size(), declined_, mismatches_);
    if (!decibels_.empty()) {
        double sum = 0;
        for (const double snr : decibels_) sum += snr;
        std::printf("dB mean %.1f min %.1f\n", sum / static_cast<double>(decibels_.size()),
                *std::min_element(decibels_.begin(), decibels_.end()));
    }
    std::fflush(stdout);
}

} // namespace winodnn::bench
