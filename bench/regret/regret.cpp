// What the dispatcher's choices cost: each plan that a layer can have and direct convolution are run, and the
// chosen one is compared with the best.
#include "contest.hpp"
#include "options.hpp"

#include "timing/program.hpp"
#include "vs_direct/cap_isa.hpp"

#include <dnnl.hpp>
#include <nlohmann/json.hpp>
#include <omp.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace winodnn::bench {
namespace {

constexpr double noticeably = 0.02;

// As the provider sees it.
machine describe_machine() {
    const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto allowed = [&](dnnl::cpu_isa wanted) {
        return (effective & static_cast<unsigned>(wanted)) == static_cast<unsigned>(wanted);
    };
    constexpr std::pair<isa, dnnl::cpu_isa> by_strength[] = {
            {isa::avx512_core_vnni, dnnl::cpu_isa::avx512_core_vnni},
            {isa::avx512_core, dnnl::cpu_isa::avx512_core},
            {isa::avx2_vnni, dnnl::cpu_isa::avx2_vnni},
            {isa::avx2, dnnl::cpu_isa::avx2},
    };
    static_assert(std::size(by_strength) == std::size(all_isas), "as the provider has them");
    for (const auto &[candidate, bits] : by_strength)
        if (allowed(bits) && cpu_has(candidate))
            return {candidate, allowed(dnnl::cpu_isa::avx512_core_amx), omp_get_max_threads(), caches(),
                    units_of(candidate)};
    throw std::runtime_error("the instruction set is below AVX2");
}

std::string name_of(const layer &l) {
    return "mb" + std::to_string(l.mb) + '/' + l.name;
}

void print(const layer &l, const outcome &o) {
    if (!o.distrust.empty()) {
        std::printf("%-24s  not known: %s\n", name_of(l).c_str(), o.distrust.c_str());
        std::fflush(stdout);
        return;
    }
    const entry &chosen = o.entries[o.chosen], &best = o.entries[o.best];
    std::printf("%-24s  %-26s %9.3f  %-26s %9.3f  %9.3f %7.1f%%%s\n", name_of(l).c_str(),
            chosen.choice.c_str(), chosen.microseconds / 1e3, best.choice.c_str(), best.microseconds / 1e3,
            o.direct().microseconds / 1e3, o.loss() * 100,
            o.slower_than_direct() > noticeably ? "  slower than direct" : "");
    std::fflush(stdout);
}

nlohmann::ordered_json json_of(const layer &l, const outcome &o) {
    if (!o.distrust.empty()) return {{"layer", name_of(l)}, {"distrust", o.distrust}};
    nlohmann::ordered_json entries = nlohmann::ordered_json::array();
    for (const entry &e : o.entries)
        entries.push_back({{"choice", e.choice}, {"predicted_cycles", e.predicted_cycles},
                {"microseconds", e.microseconds}});
    return {{"layer", name_of(l)}, {"chosen", o.entries[o.chosen].choice}, {"best", o.entries[o.best].choice},
            {"loss", o.loss()}, {"entries", entries}};
}

class summary {
public:
    void add(const layer &l, const outcome &o) {
        if (!o.distrust.empty()) {
            ++unknown_;
            return;
        }
        ++layers_;
        logarithms_ += std::log1p(o.loss());
        if (o.loss() >= worst_) {
            worst_ = o.loss();
            worst_layer_ = name_of(l);
        }
        if (o.slower_than_direct() > noticeably) slower_.push_back(name_of(l));
    }

    void print() const {
        if (unknown_ != 0)
            std::printf(
                    "%d layers' times cannot be trusted: run this while the machine has nothing else to do\n",
                    unknown_);
        if (layers_ == 0) return;
        std::printf("loss: geomean %.2f%% worst %.2f%% (%s), %d layers; %zu slower than direct by more than "
                    "%.0f%%",
                std::expm1(logarithms_ / layers_) * 100, worst_ * 100, worst_layer_.c_str(), layers_,
                slower_.size(), noticeably * 100);
        for (std::size_t i = 0; i < slower_.size(); ++i)
            std::printf("%s %s", i == 0 ? ":" : ",", slower_[i].c_str());
        std::printf("\n");
    }

private:
    int layers_ = 0, unknown_ = 0;
    double logarithms_ = 0, worst_ = 0;
    std::string worst_layer_;
    std::vector<std::string> slower_;
};

void run_all(const regret_options &o) {
    const std::vector<layer> layers = read_layers(o.layers);
    if (o.threads != 0) omp_set_num_threads(o.threads);
    cap_isa(o.isa);
    const machine m = describe_machine();
    std::printf("oneDNN %d.%d.%d, %s, %d thread%s; %d vector multiplies and %d adds a cycle\n",
            DNNL_VERSION_MAJOR, DNNL_VERSION_MINOR, DNNL_VERSION_PATCH, winodnn::name_of(m.isa), m.threads,
            m.threads == 1 ? "" : "s", m.units.multiplies, m.units.adds);
    std::printf("%-24s  %-26s %9s  %-26s %9s  %9s %8s\n", "layer", "chosen", "ms", "best", "ms", "direct ms",
            "loss");
    nlohmann::ordered_json records = nlohmann::ordered_json::array();
    summary all;
    for (const layer &l : layers) {
        const std::optional<problem> p = problem_of(l);
        if (!p) {
            std::printf("%-24s  no tile serves it\n", name_of(l).c_str());
            continue;
        }
        const outcome result = hold_contest(l, *p, m, o.seconds);
        print(l, result);
        all.add(l, result);
        records.push_back(json_of(l, result));
    }
    all.print();
    if (o.json.empty()) return;
    std::ofstream file(o.json);
    file << nlohmann::ordered_json(
            {{"isa", winodnn::name_of(m.isa)}, {"threads", m.threads}, {"l2_bytes", m.cache.l2},
                    {"l3_bytes", m.cache.l3}, {"multiplies_a_cycle", m.units.multiplies},
                    {"adds_a_cycle", m.units.adds}, {"layers", records}})
                    .dump(1)
         << '\n';
    file.close();
    if (!file) throw std::runtime_error(o.json + ": cannot be written");
}

} // namespace
} // namespace winodnn::bench

int main(int argc, char **argv) {
    using namespace winodnn::bench;
    return run_program("regret", regret_usage, argc, argv, [&] {
        run_all(parse_regret_options(argc, argv));
        return 0;
    });
}
