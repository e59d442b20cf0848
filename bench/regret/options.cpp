#include "options.hpp"

#include "vs_direct/option.hpp"

namespace winodnn::bench {

const char *const regret_usage =
        "usage: regret --layers=FILE [--isa=ISA] [--threads=N] [--seconds=S] [--json=FILE]\n"
        "  FILE holds one convolution a line in benchdnn's problem syntax; bench/layers has some\n"
        "  ISA is the most that is used: native, avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
        "  S is about what each layer takes, 2 by default\n"
        "  The JSON has all plans of each layer, with predicted cycles and measured microseconds\n";

regret_options parse_regret_options(int argc, char **argv) {
    regret_options o;
    for_each_option(argc, argv, [&](std::string_view name, std::string_view value) {
        if (name == "layers")
            o.layers = value;
        else if (name == "isa")
            o.isa = value;
        else if (name == "threads")
            o.threads = number_of(name, value, 1, 10000);
        else if (name == "seconds")
            o.seconds = number_of(name, value, 0.01, 1e4);
        else if (name == "json")
            o.json = value;
        else
            return false;
        return true;
    });
    if (o.layers.empty()) throw std::invalid_argument("--layers=FILE is missing");
    return o;
}

} // namespace winodnn::bench
