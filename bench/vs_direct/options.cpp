#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {
namespace {

int positive(std::string_view name, std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > 10000)
        throw std::invalid_argument("--" + std::string(name) + " takes a number from 1 to 10000");
    return value;
}

double decibels(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("--target takes a number of dB");
    return value;
}

} // namespace

const char *const usage =
        "usage: vs_direct --layers=FILE [--isa=ISA] [--mode=exact|calibrated] [--variant=TILE] "
        "[--target=DB] [--scales=CHOICE] [--threads=N] "
        "[--repetitions=R] "
        "[--json=FILE] [--turns=stdin]\n"
        "  FILE holds one convolution a line in benchdnn's problem syntax; bench/layers has some\n"
        "  ISA is the most that is used: native, avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
        "  TILE is taken wherever it serves, faster or not: f4x4, f1x4 and so on\n"
        "  DB is the signal-to-noise ratio that calibrated layers keep; with a tile, all of it is in 8 bits "
        "unless\n"
        "  there is a target. CHOICE is mse, max, percentile or global\n"
        "  With turns, each repetition waits for a line on stdin and ends with the line 'turn' on stdout\n";

options parse_options(int argc, char **argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        if (!argument.starts_with("--") || equals == std::string_view::npos)
            throw std::invalid_argument("'" + std::string(argument) + "' is not --option=value");
        const std::string_view name = argument.substr(2, equals - 2);
        const std::string_view value = argument.substr(equals + 1);
        if (value.empty()) throw std::invalid_argument("--" + std::string(name) + " is empty");
        if (name == "layers")
            o.layers = value;
        else if (name == "isa")
            o.isa = value;
        else if (name == "mode")
            o.mode = value;
        else if (name == "target")
            o.target = decibels(value);
        else if (name == "scales")
            o.scales = value;
        else if (name == "variant")
            o.variant = value;
        else if (name == "threads")
            o.threads = positive(name, value);
        else if (name == "repetitions")
            o.repetitions = positive(name, value);
        else if (name == "json")
            o.json = value;
        else if (name == "turns" && value == "stdin")
            o.in_turns = true;
        else
            throw std::invalid_argument("there is no option --" + std::string(name));
    }
    if (o.layers.empty()) throw std::invalid_argument("--layers=FILE is missing");
    if (o.mode != "exact" && o.mode != "calibrated")
        throw std::invalid_argument("--mode is exact or calibrated");
    return o;
}

} // namespace winodnn::bench
