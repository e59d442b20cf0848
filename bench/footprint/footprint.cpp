// What winodnn costs a program in memory and in time, next to what oneDNN costs: each network in processes of
// its own, without winodnn, with it, and under a bound on packed weights.
#include "footprint/table.hpp"

#include "timing/program.hpp"
#include "vs_direct/option.hpp"

#include <winodnn/winodnn.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dnnl.hpp>
#include <filesystem>
#include <fstream>
#include <omp.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace winodnn::bench;

constexpr const char *usage =
        "usage: footprint [--networks=NAME,...] [--growth=G,...] [--threads=N] [--repetitions=R]\n"
        "  NAME is vgg16, resnet50 or unet, or a file with one convolution a line in benchdnn's problem "
        "syntax;\n"
        "  all three by default\n"
        "  G is a bound that WINODNN_MAX_WEIGHTS_GROWTH sets, each in a row of its own; 6 and 4 by default\n"
        "  R processes measure each row, 5 by default, and the table has the medians\n";

struct options {
    std::vector<std::string> networks {"vgg16", "resnet50", "unet"};
    std::vector<std::string> growths {"6", "4"};
    int threads = omp_get_max_threads(), repetitions = 5;
    std::string measured; // by this process, for another one
};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        if (end == begin)
            throw std::invalid_argument("'" + std::string(list) + "' has nothing between two commas");
        parts.emplace_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

options parse(int argc, char **argv) {
    options o;
    for_each_option(argc, argv, [&](std::string_view name, std::string_view value) {
        if (name == "networks")
            o.networks = split(value);
        else if (name == "growth")
            o.growths = split(value);
        else if (name == "threads")
            o.threads = number_of(name, value, 1, 10000);
        else if (name == "repetitions")
            o.repetitions = number_of(name, value, 1, 1000);
        else if (name == "measure")
            o.measured = value;
        else
            return false;
        return true;
    });
    for (const std::string &growth : o.growths) number_of("growth", growth, 1., 1000.);
    return o;
}

std::string quoted(const std::string &text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

// In a process of its own, under these variables and none that would change what is measured.
footprint measure_in_process(const std::string &name, const std::string &variables, int threads) {
    const std::string command = "env -u WINODNN_MODE -u WINODNN_MAX_WEIGHTS_GROWTH -u WINODNN_SKIP "
                                + variables + " OMP_NUM_THREADS=" + std::to_string(threads) + " "
                                + quoted(std::filesystem::read_symlink("/proc/self/exe"))
                                + " --measure=" + quoted(name);
    std::FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("no process can be started");
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
    if (pclose(pipe) != 0) throw std::runtime_error("the process that measures " + name + " failed");
    return from_json(text);
}

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name"))
            return line.substr(std::min(line.find(": "), line.size() - 2) + 2);
    return "an unknown CPU";
}

void print_tables(const options &o, const std::vector<table_row> &rows, double load_before) {
    const dnnl_version_t *v = dnnl_version();
    char today[16];
    const std::time_t now = std::time(nullptr);
    std::strftime(today, sizeof(today), "%Y-%m-%d", std::localtime(&now));
    std::printf("%s, %d thread%s, oneDNN v%d.%d.%d, winodnn %s, %s. Medians of %d processes,\n"
                "from which times to the first result differed by up to %.0f%%. Load average before: %.2f.\n",
            cpu_model().c_str(), o.threads, o.threads == 1 ? "" : "s", v->major, v->minor, v->patch,
            winodnn_version(), today, o.repetitions, 100 * largest_deviation(rows), load_before);
    std::printf("\n%s\nMilliseconds:\n\n%s", table_of(rows, true).c_str(), table_of(rows, false).c_str());
}

struct measured_mode {
    std::string name, variables;
};

void measure_all(const options &o) {
    std::vector<measured_mode> modes {{"oneDNN", "WINODNN_MODE=off"}, {"winodnn", ""}};
    for (const std::string &growth : o.growths)
        modes.push_back({"at most " + growth + " times", "WINODNN_MAX_WEIGHTS_GROWTH=" + growth});
    double load = 0;
    getloadavg(&load, 1);
    std::vector<table_row> rows;
    for (const std::string &name : o.networks)
        for (const measured_mode &mode : modes) rows.push_back({network_called(name).name, mode.name, {}});
    // In turn, so that what else the machine does meets all rows.
    for (int i = 0; i < o.repetitions; ++i) {
        auto row = rows.begin();
        for (const std::string &name : o.networks)
            for (const measured_mode &mode : modes) {
                std::fprintf(
                        stderr, "%d of %d: %s, %s\n", i + 1, o.repetitions, name.c_str(), mode.name.c_str());
                (row++)->processes.push_back(measure_in_process(name, mode.variables, o.threads));
            }
    }
    print_tables(o, rows, load);
}

} // namespace

int main(int argc, char **argv) {
    return winodnn::bench::run_program(
            "footprint", usage, argc, argv,
            [&] {
                const options o = parse(argc, argv);
                if (o.measured.empty())
                    measure_all(o);
                else
                    std::puts(to_json(measure(network_called(o.measured))).c_str());
                return 0;
            },
            1);
}
