// winodnn against oneDNN's direct convolution, layer by layer, in one process.
#include "cap_isa.hpp"
#include "comparison.hpp"
#include "options.hpp"
#include "report.hpp"

#include <winodnn/winodnn.h>

#include <benchmark/benchmark.h>
#include <omp.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace winodnn::bench;

// One repetition. Layers come one after the other, and only one at a time has its data in memory.
void run_layer(benchmark::State &state, const layer &l, const accuracy_options &accuracy) {
    static const layer *current = nullptr;
    static std::unique_ptr<comparison> compared;
    static correctness checked;
    try {
        if (current != &l) {
            current = &l;
            compared = std::make_unique<comparison>(l, accuracy);
            checked = compared->check();
        }
        seconds_each seconds;
        for (auto _ : state) {
            seconds = compared->time();
            state.SetIterationTime(seconds.winodnn);
        }
        state.counters["winodnn_ms"] = seconds.winodnn * 1e3;
        state.counters["direct_ms"] = seconds.direct * 1e3;
        state.counters["declined"] = compared->declined() ? 1 : 0;
        state.counters["mismatches"] = static_cast<double>(checked.mismatches);
        state.counters["direct_mismatches"] = static_cast<double>(checked.direct_mismatches);
        state.counters["snr"] = checked.snr;
        state.counters["different_bytes"] = static_cast<double>(checked.different_bytes);
        state.SetLabel(compared->plan() + ' ' + compared->direct_name() + ' ' + compared->why_declined());
    } catch (const std::exception &error) {
        current = nullptr;
        state.SkipWithError(error.what());
    }
}

void initialize_benchmark(const options &o) {
    std::vector<std::string> arguments = {"vs_direct"};
    if (!o.json.empty()) {
        arguments.push_back("--benchmark_out=" + o.json);
        arguments.push_back("--benchmark_out_format=json");
    }
    std::vector<char *> pointers;
    for (std::string &a : arguments) pointers.push_back(a.data());
    pointers.push_back(nullptr);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, pointers.data());
}

bool run_all(const options &o) {
    const std::vector<layer> layers = read_layers(o.layers);
    // What the command line says counts, not what the environment happens to hold.
    setenv("WINODNN_MODE", "exact", 1);
    for (const char *of_files : {"WINODNN_CALIBRATE", "WINODNN_CALIBRATION", "WINODNN_TUNE"})
        unsetenv(of_files);
    if (o.variant.empty())
        unsetenv("WINODNN_TILE");
    else
        setenv("WINODNN_TILE", o.variant.c_str(), 1);
    if (o.threads != 0) omp_set_num_threads(o.threads);
    cap_isa(o.isa);
    std::printf("oneDNN %d.%d.%d, %s, %d thread%s, %d repetitions\n", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR,
            DNNL_VERSION_PATCH, o.isa.c_str(), omp_get_max_threads(), omp_get_max_threads() == 1 ? "" : "s",
            o.repetitions);

    accuracy_options accuracy {o.mode == "calibrated", o.scales, winodnn_default_target_snr()};
    constexpr double nothing = -1000; // so that no component is taken to 16 bits
    if (!o.variant.empty()) accuracy.target_snr = nothing;
    if (o.target) accuracy.target_snr = *o.target;
    initialize_benchmark(o);
    for (const layer &l : layers)
        benchmark::RegisterBenchmark(
                ("mb" + std::to_string(l.mb) + '/' + l.name).c_str(), run_layer, std::cref(l), accuracy)
                ->Iterations(1)
                ->Repetitions(o.repetitions)
                ->UseManualTime()
                ->DisplayAggregatesOnly()
                ->Unit(benchmark::kMillisecond);
    report table(layers, accuracy.calibrated);
    benchmark::RunSpecifiedBenchmarks(&table);
    benchmark::Shutdown();
    return table.all_right();
}

} // namespace

int main(int argc, char **argv) {
    try {
        return run_all(parse_options(argc, argv)) ? 0 : 1;
    } catch (const std::invalid_argument &error) {
        std::fprintf(stderr, "vs_direct: %s\n%s", error.what(), usage);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "vs_direct: %s\n", error.what());
    }
    return 2;
}
