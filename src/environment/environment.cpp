#include "environment/environment.hpp"

#include "jit/base/dump.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace winodnn {
namespace {

struct variable {
    const char *name;
    std::span<const std::string_view> values; // the index of the value is what is stored; none: any text
    int fallback;                             // or none
};

constexpr int none = -1;

constexpr std::string_view modes[] = {"off", "exact", "calibrated"};
constexpr std::string_view levels[] = {"0", "1", "2"};
constexpr std::string_view switches[] = {"0", "1"};

std::span<const std::string_view> tile_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const tile_id id : all_tiles()) all.emplace_back(tile_of(id).name);
        return all;
    }();
    return names;
}

constexpr variable mode = {"WINODNN_MODE", modes, 1};
constexpr variable verbose = {"WINODNN_VERBOSE", levels, 0};
constexpr variable jit_dump = {"WINODNN_JIT_DUMP", switches, 0};
constexpr variable calibrate = {"WINODNN_CALIBRATE", {}, none};
constexpr variable calibration_file = {"WINODNN_CALIBRATION", {}, none};
constexpr variable target_snr = {"WINODNN_TARGET_SNR", {}, none};
constexpr variable tune = {"WINODNN_TUNE", {}, none};

// Not constant: tile sizes are computed.
const variable &tile() {
    static const variable v = {"WINODNN_TILE", tile_names(), none};
    return v;
}

const variable &scales() {
    static const std::vector<std::string_view> names(scale_choice_names.begin(), scale_choice_names.end());
    static const variable v = {"WINODNN_SCALES", names, int(scale_choice::max)};
    return v;
}

std::array<const variable *, 9> variables() {
    return {&mode, &verbose, &jit_dump, &tile(), &calibrate, &calibration_file, &scales(), &target_snr,
            &tune};
}

void print_values(std::span<const std::string_view> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        std::fprintf(stderr, "%s%.*s", i == 0 ? "" : "|", int(values[i].size()), values[i].data());
}

int read(const variable &v) {
    const char *text = std::getenv(v.name);
    if (text == nullptr || *text == '\0') return v.fallback;
    for (std::size_t i = 0; i < v.values.size(); ++i)
        if (v.values[i] == text) return int(i);
    std::fprintf(stderr, "winodnn: %s=%s is not understood: it accepts ", v.name, text);
    print_values(v.values);
    std::fprintf(stderr, "; %s\n",
            v.fallback == none ? "ignored"
                               : ("using " + std::string(v.values[std::size_t(v.fallback)])).c_str());
    return v.fallback;
}

std::string read_text(const variable &v) {
    const char *text = std::getenv(v.name);
    return text == nullptr ? "" : text;
}

double read_decibels(const variable &v, double fallback) {
    const std::string text = read_text(v);
    if (text.empty()) return fallback;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return value;
    std::fprintf(stderr, "winodnn: %s=%s is not understood: it accepts a number of dB; using %g\n", v.name,
            text.c_str(), fallback);
    return fallback;
}

// A variable that is misspelt would otherwise be silently without effect.
void report_unknown_names() {
    constexpr std::string_view prefix = "WINODNN_";
    for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
        if (!name.starts_with(prefix)) continue;
        bool known = false;
        for (const variable *v : variables()) known = known || name == v->name;
        if (known) continue;
        std::fprintf(stderr, "winodnn: nothing reads %.*s; the variables are", int(name.size()), name.data());
        for (const variable *v : variables()) std::fprintf(stderr, " %s", v->name);
        std::fprintf(stderr, "\n");
    }
}

settings read_settings() {
    report_unknown_names();
    settings s;
    s.mode = settings::winograd_mode(read(mode));
    s.verbose = read(verbose);
    jit::set_dumping(read(jit_dump) != 0); // told, because it is below and cannot ask
    if (const int index = read(tile()); index != none) s.tile = tile_id(index);
    s.calibrate = read_text(calibrate);
    s.calibration = read_text(calibration_file);
    s.scales = scale_choice(read(scales()));
    s.tune = read_text(tune);
    s.target_snr = read_decibels(target_snr, s.target_snr);
    return s;
}

} // namespace

const settings &environment() {
    static const settings s = read_settings();
    return s;
}

} // namespace winodnn
