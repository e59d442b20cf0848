// The table that vs_direct prints, fed by Google Benchmark as layers finish.
#pragma once

#include "layer.hpp"

#include <benchmark/benchmark.h>

#include <span>

namespace winodnn::bench {

class report : public benchmark::BenchmarkReporter {
public:
    report(std::span<const layer> layers, bool calibrated) : layers_(layers), calibrated_(calibrated) {}

    bool ReportContext(const Context &context) override;
    void ReportRuns(const std::vector<Run> &runs) override; // all repetitions of the next layer
    void Finalize() override;

    bool all_right() const { return mismatches_ == 0 && failures_ == 0; }

private:
    std::span<const layer> layers_;
    bool calibrated_;
    std::size_t done_ = 0;
    std::vector<double> decibels_;
    std::vector<double> speedups_;
    long long declined_ = 0, mismatches_ = 0, failures_ = 0;
};

} // namespace winodnn::bench
