#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {
namespace {

template <typename T>
T number(std::string_view name, std::string_view text, T least, T most) {
    T value {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
        throw std::invalid_argument("--" + std::string(name) + " does not take " + std::string(text));
    return value;
}

} // namespace

const char *const regret_usage =
        "usage: regret --layers=FILE [--isa=ISA] [--threads=N] [--seconds=S] [--json=FILE]\n"
        "  FILE holds one convolution a line in benchdnn's problem syntax; bench/layers has some\n"
        "  ISA is the most that is used: native, avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
        "  S is about what each layer takes, 2 by default\n"
        "  The JSON has all plans of each layer, with predicted cycles and measured microseconds\n";

regret_options parse_regret_options(int argc, char **argv) {
    regret_options o;
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
        else if (name == "threads")
            o.threads = number(name, value, 1, 10000);
        else if (name == "seconds")
            o.seconds = number(name, value, 0.01, 1e4);
        else if (name == "json")
            o.json = value;
        else
            throw std::invalid_argument("there is no option --" + std::string(name));
    }
    if (o.layers.empty()) throw std::invalid_argument("--layers=FILE is missing");
    return o;
}

} // namespace winodnn::bench
