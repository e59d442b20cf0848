#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace winodnn::bench {
namespace {

std::string with_digits(int digits, double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.*f", digits, value);
    return text;
}

} // namespace

void report::begin() const {
    std::printf("%-18s %3s  %-30s %9s %8s  %-30s %9s %8s  %7s  %10s %10s %10s\n", "layer", "mb", "winodnn",
            "ms", "GMAC/s", "oneDNN direct", "ms", "GMAC/s", "speedup", calibrated_ ? "s32 dB" : "s32 wrong",
            "direct's", "u8 differ");
    std::fflush(stdout);
}

void report::add(const record &r) {
    const layer &l = r.compared;
    std::printf("%-18s %3lld  ", l.name.c_str(), static_cast<long long>(l.mb));
    if (!r.error.empty()) {
        std::printf("failed: %s\n", r.error.c_str());
        return;
    }
    const bool has_noise = calibrated_ && !r.declined;
    const double gmacs = static_cast<double>(l.macs()) * 1e-9;
    std::string ours_ms = "?", ours_rate = "?", direct_ms = "?", direct_rate = "?", speedup = "?";
    if (r.seconds) {
        const auto [ours, direct] = *r.seconds;
        ours_ms = with_digits(3, ours * 1e3);
        ours_rate = with_digits(1, gmacs / ours);
        direct_ms = with_digits(3, direct * 1e3);
        direct_rate = with_digits(1, gmacs / direct);
        speedup = with_digits(3, direct / ours);
        speedups_.push_back(direct / ours);
    }
    const std::string error =
            has_noise ? with_digits(1, r.checked.snr) : std::to_string(r.checked.mismatches);
    std::string remarks;
    for (const std::string &remark : {r.why_declined, r.distrust})
        if (!remark.empty()) remarks += "  " + remark;
    std::printf("%-30s %9s %8s  %-30s %9s %8s  %7s  %10s %10lld %10lld%s\n", r.plan.c_str(), ours_ms.c_str(),
            ours_rate.c_str(), r.direct_name.c_str(), direct_ms.c_str(), direct_rate.c_str(), speedup.c_str(),
            error.c_str(), static_cast<long long>(r.checked.direct_mismatches),
            static_cast<long long>(r.checked.different_bytes), remarks.c_str());
    std::fflush(stdout);

    ++layers_;
    if (has_noise) decibels_.push_back(r.checked.snr);
    declined_ += r.declined ? 1 : 0;
    mismatches_ += r.checked.mismatches;
}

void report::finish() const {
    if (speedups_.empty())
        std::printf("geomean ? min ?");
    else {
        double logarithms = 0;
        for (const double s : speedups_) logarithms += std::log(s);
        std::printf("geomean %.3f min %.3f", std::exp(logarithms / static_cast<double>(speedups_.size())),
                *std::min_element(speedups_.begin(), speedups_.end()));
    }
    std::printf(" layers %zu declined %lld mismatches %lld\n", layers_, declined_, mismatches_);
    if (speedups_.size() < layers_)
        std::printf("%zu layers' times cannot be trusted and are left out: run this while the machine has "
                    "nothing else to do\n",
                layers_ - speedups_.size());
    if (!decibels_.empty()) {
        double sum = 0;
        for (const double snr : decibels_) sum += snr;
        std::printf("dB mean %.1f min %.1f\n", sum / static_cast<double>(decibels_.size()),
                *std::min_element(decibels_.begin(), decibels_.end()));
    }
    std::fflush(stdout);
}

} // namespace winodnn::bench
