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
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace winodnn::bench;

// Others that are timed in the same run have their turn between two of ours.
void wait_for_turn() {
    std::string line;
    if (!std::getline(std::cin, line)) throw std::runtime_error("no turn came");
}

void end_turn() {
    std::puts("turn");
    std::fflush(stdout);
}

// One repetition. Layers come one after the other, and only one at a time has its data in memory.
void run_layer(benchmark::State &state, const layer &l, const accuracy_options &accuracy, bool in_turns) {
    static const layer *current = nullptr;
    static std::unique_ptr<comparison> compared;
    static correctness checked;
    if (in_turns) wait_for_turn();
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
        const std::pair<const char *, std::int64_t> shape[] = {{"mb", l.mb}, {"ic", l.ic}, {"oc", l.oc},
                {"ih", l.h.in}, {"iw", l.w.in}, {"oh", l.h.out}, {"ow", l.w.out}, {"kh", l.h.kernel},
                {"kw", l.w.kernel}};
        for (const auto &[name, value] : shape) state.counters[name] = static_cast<double>(value);
        state.SetLabel(compared->plan() + ' ' + compared->direct_name() + ' ' + compared->why_declined());
    } catch (const std::exception &error) {
        current = nullptr;
        state.SkipWithError(error.what());
    }
    if (in_turns) end_turn();
}

// What the JSON has to say apart from the layers.
void describe(const options &o, const accuracy_options &accuracy) {
    const dnnl_version_t *const v = dnnl_version();
    benchmark::AddCustomContext("onednn",
            std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch));
    benchmark::AddCustomContext("winodnn", winodnn_version());
    benchmark::AddCustomContext("isa", o.isa);
    benchmark::AddCustomContext("mode", o.mode);
    benchmark::AddCustomContext("threads", std::to_string(omp_get_max_threads()));
    if (accuracy.calibrated) benchmark::AddCustomContext("target_snr", std::to_string(accuracy.target_snr));
}

void initialize_benchmark(const options &o) {
    // The JSON has the program's name, and only a pointer to it is kept.
    static char name[] = "vs_direct";
    std::vector<std::string> arguments;
    if (!o.json.empty()) {
        arguments.push_back("--benchmark_out=" + o.json);
        arguments.push_back("--benchmark_out_format=json");
    }
    std::vector<char *> pointers = {name};
    for (std::string &a : arguments) pointers.push_back(a.data());
    pointers.push_back(nullptr);
    int count = static_cast<int>(pointers.size()) - 1;
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
    describe(o, accuracy);
    for (const layer &l : layers)
        benchmark::RegisterBenchmark(("mb" + std::to_string(l.mb) + '/' + l.name).c_str(), run_layer,
                std::cref(l), accuracy, o.in_turns)
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
