// Chains against the same convolutions one after the other, by winodnn and by oneDNN's direct convolution.
#include "runners.hpp"

#include "timing/program.hpp"
#include "timing/rounds.hpp"
#include "vs_direct/cap_isa.hpp"
#include "vs_direct/option.hpp"

#include <winodnn/winodnn.h>

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace {

using namespace winodnn::bench;
using winodnn::chain;

const char *const usage =
        "usage: chain [--networks=PREFIX] [--isa=ISA] [--mode=exact|calibrated] [--target=DB] [--threads=N]\n"
        "  [--members=N] [--seconds=S] [--only=CONTENDER --executions=N]\n"
        "  PREFIX: of the names of networks: vgg, unet, edsr, sr_360 and so on; without it all of them\n"
        "  ISA is the most that is used: native, avx2, avx2_vnni, avx512_core or avx512_core_vnni\n"
        "  DB is the signal-to-noise ratio that calibrated members keep\n"
        "  N members are the most of one chain: longer networks become several\n"
        "  S is the most that a network's times may take: a quiet machine needs less\n"
        "  CONTENDER is direct, one_by_one, fastest or least_memory: only it is executed, N times (1) and\n"
        "  without a clock, for cache simulators and profilers\n";

struct chain_options {
    std::string networks, isa = "native", only;
    bool calibrated = false;
    double target = winodnn_default_target_snr(), seconds = 60;
    int threads = 1, members = WINODNN_CHAIN_MOST_MEMBERS, executions = 1;
};

constexpr std::array contender_names {"direct", "one_by_one", "fastest", "least_memory"};

chain_options parse(int argc, char **argv) {
    chain_options o;
    for_each_option(argc, argv, [&](std::string_view name, std::string_view value) {
        if (name == "networks")
            o.networks = value;
        else if (name == "isa")
            o.isa = value;
        else if (name == "mode" && (value == "exact" || value == "calibrated"))
            o.calibrated = value == "calibrated";
        else if (name == "target")
            o.target = number_of(name, value, -1e3, 1e3);
        else if (name == "threads")
            o.threads = number_of(name, value, 1, 10000);
        else if (name == "members")
            o.members = number_of(name, value, 1, WINODNN_CHAIN_MOST_MEMBERS);
        else if (name == "seconds")
            o.seconds = number_of(name, value, 0., 1e4);
        else if (name == "only" && std::ranges::find(contender_names, value) != contender_names.end())
            o.only = value;
        else if (name == "executions")
            o.executions = number_of(name, value, 1, 1'000'000);
        else
            return false;
        return true;
    });
    return o;
}

// On the very data that are computed with.
void calibrate(
        const dnnl::engine &engine, const chain_network &network, const network_data &data, double target) {
    const auto succeed = [](int status) {
        if (status != 0) throw std::runtime_error(winodnn_calibration_error());
    };
    const std::string file =
            std::filesystem::temp_directory_path() / ("chain." + std::to_string(getpid()) + ".json");
    succeed(winodnn_calibration_use(nullptr, 0));
    succeed(winodnn_calibration_start("max"));
    one_by_one(network, data, ask(engine, network, false)).execute();
    succeed(winodnn_calibration_write(file.c_str()));
    succeed(winodnn_calibration_use(file.c_str(), target));
    std::filesystem::remove(file);
}

// By itself: memory of the others would take places in caches.
std::unique_ptr<network_runner> make_contender(std::size_t number, const dnnl::engine &engine,
        const chain_network &network, const network_data &data, const chain_options &o) {
    auto members = ask(engine, network, number == 0);
    if (number < 2) return std::make_unique<one_by_one>(network, data, std::move(members));
    const auto goal = number == 2 ? chain::goal::fastest : chain::goal::least_memory;
    return std::make_unique<chained>(network, data, std::move(members), goal, o.members);
}

void execute_only(const chain_network &network, const chain_options &o) {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const network_data data(network);
    if (o.calibrated) calibrate(engine, network, data, o.target);
    const auto *const found = std::ranges::find(contender_names, o.only);
    const auto runner = make_contender(
            static_cast<std::size_t>(found - contender_names.begin()), engine, network, data, o);
    for (int n = 0; n < o.executions; ++n) runner->execute();
    std::printf("%s: %s, %d execution%s\n", network.name.c_str(), *found, o.executions,
            o.executions == 1 ? "" : "s");
}

constexpr std::size_t contenders = contender_names.size();

bool compare(const chain_network &network, const chain_options &o) {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const network_data data(network);
    if (o.calibrated) calibrate(engine, network, data, o.target);
    const std::vector<convolution_pd> members = ask(engine, network, false);
    one_by_one direct(network, data, ask(engine, network, true)), alone(network, data, members);
    chained fastest(network, data, members, chain::goal::fastest, o.members),
            smallest(network, data, members, chain::goal::least_memory, o.members);
    const std::array<network_runner *, contenders> runners {&direct, &alone, &fastest, &smallest};
    for (network_runner *runner : runners) runner->execute();
    const bool same = fastest.output() == alone.output() && smallest.output() == alone.output();

    rounds held(contenders);
    held.hold_all(o.seconds, [&](std::size_t contender) {
        return std::vector<turn> {take_turn([&] { runners[contender]->execute(); })};
    });
    std::array<double, contenders> ms {};
    for (std::size_t n = 0; n < contenders; ++n) ms[n] = held.contender(n).seconds() * 1e3;
    const auto mib = [](const network_runner &r) {
        return static_cast<double>(r.activation_bytes()) / (1 << 20);
    };
    std::printf("%-9s %7.2f %7.2f  %7.2f %5.3f %2d  %7.2f %5.3f %2d  %5.2f  %7.2f %7.2f %7.2f%s%s%s\n",
            network.name.c_str(), ms[0], ms[1], ms[2], ms[1] / ms[2], fastest.banded_members(), ms[3],
            ms[1] / ms[3], smallest.banded_members(), ms[0] / ms[2], mib(alone), mib(fastest), mib(smallest),
            same ? "" : "  OTHER RESULTS",
            held.distrust().empty() ? "" : "  not confirmed: ", held.distrust().c_str());
    std::fflush(stdout);
    return same;
}

void print_heading(const chain_options &o) {
    std::printf(
            "%s, %s, %d thread%s; milliseconds, against winodnn one by one, members by bands; MiB between "
            "members\n%-9s %7s %7s  %7s %5s %2s  %7s %5s %2s  %5s  %7s %7s %7s\n",
            o.isa.c_str(), o.calibrated ? "calibrated" : "exact", o.threads, o.threads == 1 ? "" : "s",
            "network", "direct", "1 by 1", "chain", "gain", "by", "least", "gain", "by", "/dir.", "1 by 1",
            "chain", "least");
    std::fflush(stdout);
}

bool run_all(const chain_options &o) {
    setenv("WINODNN_MODE", "exact", 1);
    for (const char *variable : {"WINODNN_CALIBRATE", "WINODNN_CALIBRATION", "WINODNN_TUNE", "WINODNN_TILE"})
        unsetenv(variable);
    omp_set_num_threads(o.threads);
    cap_isa(o.isa);
    if (o.only.empty()) print_heading(o);
    bool right = true, any = false;
    for (const chain_network &network : chain_networks()) {
        if (!network.name.starts_with(o.networks)) continue;
        any = true;
        if (o.only.empty())
            right = compare(network, o) && right;
        else
            execute_only(network, o);
    }
    if (!any) throw std::invalid_argument("there is no network " + o.networks);
    return right;
}

} // namespace

int main(int argc, char **argv) {
    return run_program("chain", usage, argc, argv, [&] { return run_all(parse(argc, argv)) ? 0 : 1; });
}
