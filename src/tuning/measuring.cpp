#include "tuning/measuring.hpp"

#include "tuning/spelling.hpp"

#include <algorithm>

namespace winodnn {

namespace {

constexpr std::size_t most_plans = 6;
constexpr std::ptrdiff_t most_of_a_tile = 3;
constexpr double clearly_larger = 1.25;

// Of the time, for making ready and running once.
constexpr double share_of_preparing = 0.4;
constexpr int most_rounds = 100;

// What direct convolution may take longer: it needs no packed weights, and no faith in a measurement.
constexpr double in_favour_of_direct = 1.02;

bool differ_clearly(const plan &a, const plan &b) {
    if (a.tile != b.tile || a.oc_chunks != b.oc_chunks || a.mixed != b.mixed) return true;
    const auto [less, more] = std::minmax(a.tiles_per_block, b.tiles_per_block);
    return static_cast<double>(more) >= clearly_larger * static_cast<double>(less);
}

double median(std::vector<double> &values) {
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    return *middle;
}

} // namespace

std::vector<plan> worth_measuring(std::span<const prediction> sorted) {
    std::vector<plan> taken;
    for (const prediction &p : sorted) {
        if (taken.size() == most_plans) break;
        if (std::ranges::count(taken, p.plan.tile, &plan::tile) == most_of_a_tile) continue;
        if (std::ranges::all_of(taken, [&](const plan &other) { return differ_clearly(p.plan, other); }))
            taken.push_back(p.plan);
    }
    return taken;
}

std::vector<timed_choice> measure_in_turn(
        std::span<const contender> contenders, double seconds, const seconds_function &now) {
    const double start = now();
    std::vector<std::function<void()>> runs;
    for (const contender &c : contenders) {
        if (runs.size() >= 2 && now() - start > seconds * share_of_preparing) break;
        runs.push_back(c.prepare());
        runs.back()();
    }
    std::vector<std::vector<double>> times(runs.size());
    for (int round = 0; round < most_rounds && (round == 0 || now() - start < seconds); ++round)
        for (std::size_t i = 0; i < runs.size(); ++i) {
            // Back and forth: none always follows the same one.
            const std::size_t next = round % 2 == 0 ? i : runs.size() - 1 - i;
            const double before = now();
            runs[next]();
            times[next].push_back(now() - before);
        }
    std::vector<timed_choice> measured;
    for (std::size_t i = 0; i < runs.size(); ++i)
        measured.push_back({contenders[i].choice, median(times[i]) * 1e6});
    return measured;
}

tuning_result with_winner(std::vector<timed_choice> measured) {
    const auto weight = [](const timed_choice &t) {
        return t.microseconds / (t.choice == direct_choice ? in_favour_of_direct : 1);
    };
    const auto best = std::ranges::min_element(measured, {}, weight);
    return {best->choice, std::move(measured)};
}

} // namespace winodnn
