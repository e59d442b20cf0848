// winodnn against oneDNN's direct convolution, layer by layer, in one process.
#include "cap_isa.hpp"
#include "comparison.hpp"
#include "options.hpp"
#include "record.hpp"
#include "report.hpp"
#include "timing/program.hpp"
#include "timing/turn_json.hpp"

#include <winodnn/winodnn.h>

#include <omp.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace winodnn::bench;
using json = nlohmann::ordered_json;

// Others are timed in the same run: stdin says whose turn it is.
void serve_turns(std::optional<comparison> &compared, const record &r) {
    const auto say = [](const json &line) {
        std::printf("%s\n", line.dump().c_str());
        std::fflush(stdout);
    };
    say(json_of(r));
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "next") return;
        const bool is_ours = line == "winodnn";
        if (!r.error.empty() || (!is_ours && line != "direct") || (is_ours && r.declined))
            throw std::runtime_error("there is no turn '" + line + "'");
        const turn t = is_ours ? compared->time_winodnn() : compared->time_direct();
        say(json::array({t}));
    }
    throw std::runtime_error("no turn came");
}

record compare(const layer &l, const options &o, const accuracy_options &accuracy) {
    record r;
    r.compared = l;
    std::optional<comparison> compared;
    try {
        compared.emplace(l, accuracy, bits_each {o.source_bits, o.weights_bits});
        r.plan = compared->plan();
        r.direct_name = compared->direct_name();
        r.why_declined = compared->why_declined();
        r.declined = compared->declined();
        r.checked = compared->check();
    } catch (const std::exception &error) {
        r.error = error.what();
    }
    if (o.in_turns)
        serve_turns(compared, r);
    else if (r.error.empty())
        r.seconds = compared->time(o.seconds, r.distrust);
    return r;
}

// What the JSON has to say apart from the layers.
json context_of(const options &o, const accuracy_options &accuracy) {
    const dnnl_version_t *const v = dnnl_version();
    json context = {{"onednn", std::to_string(v->major) + '.' + std::to_string(v->minor) + '.'
                                       + std::to_string(v->patch)},
            {"winodnn", winodnn_version()}, {"isa", o.isa}, {"mode", o.mode},
            {"threads", omp_get_max_threads()}};
    if (accuracy.calibrated) context["target_snr"] = accuracy.target_snr;
    return context;
}

void write(const std::string &path, const json &document) {
    std::ofstream file(path);
    file << document.dump(1) << '\n';
    file.close();
    if (!file) throw std::runtime_error(path + ": cannot be written");
}

// What the command line says counts, not what the environment happens to hold.
void prepare_environment(const options &o) {
    setenv("WINODNN_MODE", "exact", 1);
    for (const char *of_files : {"WINODNN_CALIBRATE", "WINODNN_CALIBRATION", "WINODNN_TUNE"})
        unsetenv(of_files);
    if (o.variant.empty())
        unsetenv("WINODNN_TILE");
    else
        setenv("WINODNN_TILE", o.variant.c_str(), 1);
    if (o.threads != 0) omp_set_num_threads(o.threads);
    cap_isa(o.isa);
}

bool run_all(const options &o) {
    const std::vector<layer> layers = read_layers(o.layers);
    prepare_environment(o);
    accuracy_options accuracy {o.mode == "calibrated", o.scales, winodnn_default_target_snr()};
    constexpr double nothing = -1000; // so that no component is taken to 16 bits
    if (!o.variant.empty()) accuracy.target_snr = nothing;
    if (o.target) accuracy.target_snr = *o.target;

    report table(accuracy.calibrated);
    if (!o.in_turns) {
        std::printf("oneDNN %d.%d.%d, %s, %d thread%s\n", DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR,
                DNNL_VERSION_PATCH, o.isa.c_str(), omp_get_max_threads(),
                omp_get_max_threads() == 1 ? "" : "s");
        table.begin();
    }
    json records = json::array();
    bool all_right = true;
    for (const layer &l : layers) {
        const record r = compare(l, o, accuracy);
        if (!o.in_turns) table.add(r);
        records.push_back(json_of(r));
        all_right = all_right && r.is_right();
    }
    if (!o.in_turns) table.finish();
    if (!o.json.empty()) write(o.json, {{"context", context_of(o, accuracy)}, {"layers", records}});
    return all_right;
}

} // namespace

int main(int argc, char **argv) {
    return winodnn::bench::run_program(
            "vs_direct", usage, argc, argv, [&] { return run_all(parse_options(argc, argv)) ? 0 : 1; });
}
