#include "environment/environment.hpp"

#include "files/standard_streams.hpp"
#include "jit/base/dump.hpp"
#include "problem/decimal.hpp"
#include "process/never_destroyed.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/auxv.h>
#include <system_error>
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
    static const never_destroyed<std::vector<std::string_view>> names([] {
        std::vector<std::string_view> all;
        for (const tile_id id : all_tiles()) all.emplace_back(tile_of(id).name);
        return all;
    });
    return *names;
}

constexpr variable mode = {"WINODNN_MODE", modes, 1};
constexpr variable verbose = {"WINODNN_VERBOSE", levels, 0};
constexpr variable reach = {"WINODNN_REACH", switches, 0};
constexpr variable jit_dump = {"WINODNN_JIT_DUMP", switches, 0};
constexpr variable calibrate = {"WINODNN_CALIBRATE", {}, none};
constexpr variable calibration_file = {"WINODNN_CALIBRATION", {}, none};
constexpr variable target_snr = {"WINODNN_TARGET_SNR", {}, none};
constexpr variable tune = {"WINODNN_TUNE", {}, none};
constexpr variable skip = {"WINODNN_SKIP", {}, none};
constexpr variable max_growth = {"WINODNN_MAX_WEIGHTS_GROWTH", {}, none};

// Not constant: tile sizes are computed.
const variable &tile() {
    static const variable v = {"WINODNN_TILE", tile_names(), none};
    return v;
}

const variable &scales() {
    static const never_destroyed<std::vector<std::string_view>> names([] {
        return std::vector<std::string_view>(scale_choice_names.begin(), scale_choice_names.end());
    });
    static const variable v = {"WINODNN_SCALES", *names, int(scale_choice::mse)};
    return v;
}

std::array<const variable *, 12> variables() {
    return {&mode, &verbose, &reach, &jit_dump, &tile(), &calibrate, &calibration_file, &scales(),
            &target_snr, &tune, &max_growth, &skip};
}

std::string joined(std::span<const std::string_view> values) {
    std::string text;
    for (const std::string_view value : values) text.append(text.empty() ? "" : "|").append(value);
    return text;
}

// Not of a program that has more rights than the user who started it (setuid): that user could have it write
// files.
std::string read_text(const variable &v) {
    const char *text = secure_getenv(v.name);
    return text == nullptr ? "" : text;
}

int read(const variable &v) {
    const std::string text = read_text(v);
    if (text.empty()) return v.fallback;
    for (std::size_t i = 0; i < v.values.size(); ++i)
        if (v.values[i] == text) return int(i);
    print_to_stderr("winodnn: %s=%s is not understood: it accepts %s; %s\n", v.name, text.c_str(),
            joined(v.values).c_str(),
            v.fallback == none ? "ignored"
                               : ("using " + std::string(v.values[std::size_t(v.fallback)])).c_str());
    return v.fallback;
}

// Where users think that their files are: where they started the program, which can go elsewhere before it
// comes to its first convolution.
const std::filesystem::path &first_working_folder() {
    static const std::filesystem::path &folder = *[] {
        std::error_code unknown;
        return new std::filesystem::path(std::filesystem::current_path(unknown));
    }();
    return folder;
}

[[maybe_unused]] const std::filesystem::path &looked_at_when_loaded = first_working_folder();

std::string read_path(const variable &v) {
    const std::string text = read_text(v);
    return text.empty() ? text : (first_working_folder() / text).string();
}

// A finite number from `least` up.
double read_number(const variable &v, double fallback, double least, const char *accepted) {
    const std::string text = read_text(v);
    if (text.empty()) return fallback;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value >= least)
        return value;
    print_to_stderr("winodnn: %s=%s is not understood: it accepts %s; %s\n", v.name, text.c_str(), accepted,
            std::isfinite(fallback) ? ("using " + decimal(fallback)).c_str() : "ignored");
    return fallback;
}

// A variable that is misspelt would otherwise be silently without effect.
void report_unknown_names() {
    constexpr std::string_view prefix = "WINODNN_";
    for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
        if (!name.starts_with(prefix)) continue;
        if (getauxval(AT_SECURE) != 0) {
            print_to_stderr(
                    "winodnn: %.*s is ignored: the program has more rights than the user who started it\n",
                    int(name.size()), name.data());
            continue;
        }
        bool known = false;
        for (const variable *v : variables()) known = known || name == v->name;
        if (known) continue;
        std::string names;
        for (const variable *v : variables()) names.append(" ").append(v->name);
        print_to_stderr("winodnn: nothing reads %.*s; the variables are%s\n", int(name.size()), name.data(),
                names.c_str());
    }
}

settings read_settings() {
    report_unknown_names();
    settings s;
    s.mode = settings::winograd_mode(read(mode));
    s.verbose = read(verbose);
    s.reach = read(reach) != 0;
    jit::set_dumping(read(jit_dump) != 0); // told, because it is below and cannot ask
    if (const int index = read(tile()); index != none) s.tile = tile_id(index);
    s.calibrate = read_path(calibrate);
    s.calibration = read_path(calibration_file);
    s.scales = scale_choice(read(scales()));
    s.tune = read_path(tune);
    s.skip = read_text(skip);
    s.target_snr =
            read_number(target_snr, s.target_snr, std::numeric_limits<double>::lowest(), "a number of dB");
    s.max_weights_growth = read_number(
            max_growth, s.max_weights_growth, least_max_weights_growth, "a number that is at least 1");
    return s;
}

} // namespace

settings read_environment() {
    return read_settings();
}

const settings &environment() {
    static const never_destroyed<settings> s(read_settings);
    return *s;
}

} // namespace winodnn
