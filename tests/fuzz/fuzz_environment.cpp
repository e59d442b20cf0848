// libFuzzer's target: environment variables of any value. What comes of them is a setting that there is.
#include "fuzz/input.hpp"

#include "environment/environment.hpp"
#include "problem/decimal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

namespace winodnn::fuzz {
namespace {

constexpr const char *names[] = {"WINODNN_MODE", "WINODNN_VERBOSE", "WINODNN_JIT_DUMP", "WINODNN_TILE",
        "WINODNN_CALIBRATE", "WINODNN_CALIBRATION", "WINODNN_SCALES", "WINODNN_TARGET_SNR", "WINODNN_TUNE",
        "WINODNN_MAX_WEIGHTS_GROWTH", "WINODNN_SKIP"};

std::string draw_text(input &in) {
    std::string text;
    for (unsigned n = in.pick(24); n > 0; --n)
        if (const char c = static_cast<char>(in.byte()); c != '\0') text += c;
    return text;
}

std::string draw_value(input &in) {
    switch (in.pick(5)) {
        case 0:
            return in.any_of<const char *>({"off", "exact", "calibrated", "0", "1", "2", "3", "f2x2", "f4x4",
                    "f1x4", "max", "percentile", "mse", "global", "25", "-1e308", "1e308", "1e999", "nan",
                    "inf", "25,5", "/", ".", "..", "/dev/null", "a/b", "%s%n", " ", "0x10"});
        case 1: return decimal(std::ldexp(double(in.byte()) - 128, int(in.byte()) - 128));
        case 2: return std::string(std::size_t(in.byte()) * 64, in.any_of({'9', 'x', '/', ' '}));
        default: return draw_text(in);
    }
}

bool is_whole(const std::string &path) {
    return path.empty() || path.front() == '/';
}

} // namespace

void run(input &in) {
    std::vector<std::string> set;
    for (unsigned n = 1 + in.pick(6); n > 0; --n) {
        std::string name = in.one_in(8) ? "WINODNN_" + draw_text(in) : names[in.byte() % std::size(names)];
        std::ranges::replace(name, '=', '_');
        if (setenv(name.c_str(), draw_value(in).c_str(), 1) == 0) set.push_back(name);
    }
    const settings s = read_environment();
    const auto tiles = all_tiles();
    if (s.mode > settings::winograd_mode::calibrated || s.verbose < 0 || s.verbose > 2
            || !std::isfinite(s.target_snr) || s.scales > scale_choice::global || !is_whole(s.calibrate)
            || !is_whole(s.calibration) || !is_whole(s.tune)
            || (s.tile && std::ranges::find(tiles, *s.tile) == tiles.end()))
        std::abort();
    for (const std::string &name : set) unsetenv(name.c_str());
}
} // namespace winodnn::fuzz
