#include "options.hpp"

#include "option.hpp"

namespace winodnn::bench {

const char *const usage =
        "usage: vs_direct --layers=FILE [--isa=ISA] [--mode=exact|calibrated] [--variant=TILE] "
        "[--target=DB] [--scales=CHOICE] [--source-bits=N] [--weights-bits=N] [--threads=N] "
        "[--seconds=S] "
        "[--json=FILE] [--turns=stdin]\n"
        "  FILE holds one convolution a line in benchdnn's problem syntax; bench/layers has some\n"
        "  ISA is the most that is used: native, avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
        "  TILE is taken wherever it serves, faster or not: f4x4, f1x4 and so on\n"
        "  DB is the signal-to-noise ratio that calibrated layers keep; with a tile, all of it is in 8 bits "
        "unless\n"
        "  there is a target. CHOICE is mse, max, percentile or global\n"
        "  Sources and weights have 8 bits, or as many as is said: then winodnn is promised so\n"
        "  S is the most that a layer's times may take: a quiet machine needs less, a busy one gets no times "
        "then\n"
        "  With turns, each layer begins with what is known of it as a line of JSON on stdout, and the lines "
        "'direct'\n"
        "  and 'winodnn' on stdin are answered with turns of the referee's, until the line 'next'\n";

options parse_options(int argc, char **argv) {
    options o;
    for_each_option(argc, argv, [&](std::string_view name, std::string_view value) {
        if (name == "layers")
            o.layers = value;
        else if (name == "isa")
            o.isa = value;
        else if (name == "mode")
            o.mode = value;
        else if (name == "target")
            o.target = number_of(name, value, -1e3, 1e3);
        else if (name == "scales")
            o.scales = value;
        else if (name == "source-bits")
            o.source_bits = number_of(name, value, 1, 8);
        else if (name == "weights-bits")
            o.weights_bits = number_of(name, value, 1, 8);
        else if (name == "variant")
            o.variant = value;
        else if (name == "threads")
            o.threads = number_of(name, value, 1, 10000);
        else if (name == "seconds")
            o.seconds = number_of(name, value, 0., 1e4);
        else if (name == "json")
            o.json = value;
        else if (name == "turns" && value == "stdin")
            o.in_turns = true;
        else
            return false;
        return true;
    });
    if (o.layers.empty()) throw std::invalid_argument("--layers=FILE is missing");
    if (o.mode != "exact" && o.mode != "calibrated")
        throw std::invalid_argument("--mode is exact or calibrated");
    if (o.mode == "calibrated" && (o.source_bits < 8 || o.weights_bits < 8))
        throw std::invalid_argument("--source-bits and --weights-bits are for exact mode");
    return o;
}

} // namespace winodnn::bench
