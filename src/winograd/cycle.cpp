#include "winograd/cycle.hpp"

#include <algorithm>
#include <stdexcept>

namespace winodnn {

namespace {

int modulo(int a, int n) {
    return ((a % n) + n) % n;
}

std::vector<int> correction_taps(const cycle &c) {
    std::vector<int> taps;
    for (const correction &e : corrections_of(c)) taps.push_back(e.tap);
    std::ranges::sort(taps);
    return taps;
}

} // namespace

std::vector<correction> corrections_of(const cycle &c) {
    std::vector<correction> corrections;
    for (int input = 0; input < c.inputs(); ++input) {
        const int position = modulo(input - c.first(), c.points), wrapped = c.first() + position;
        if (wrapped == input) continue;
        for (int tap = 0; tap < c.taps; ++tap) {
            const correction e {input, wrapped, tap};
            if (e.output() >= 0 && e.output() < c.outputs) corrections.push_back(e);
        }
    }
    return corrections;
}

cycle_lines lines_of(const cycle &c) {
    if (c.points > c.inputs()) throw std::invalid_argument("winograd: the cycle has more points than inputs");
    if (c.weights_points % c.points != 0)
        throw std::invalid_argument("winograd: these weights are not of a multiple of the cycle");
    const std::vector<correction> corrections = corrections_of(c);
    const int count = c.points + static_cast<int>(corrections.size());
    int_matrix inputs(count, c.inputs()), weights(count, c.taps), outputs(count, c.outputs);
    // Input o + k is at o + k - first of the cycle: with taps at -k and outputs at first - o, the three that
    // belong together sum to 0.
    for (int i = 0; i < c.points; ++i) inputs(i, c.first() + i) = 1;
    for (int k = 0; k < c.taps; ++k) weights(modulo(-k, c.points), k) = 1;
    for (int o = 0; o < c.outputs; ++o)
        outputs(modulo(c.first() - o, c.points), o) = c.weights_points / c.points;
    int line = c.points;
    for (const correction &e : corrections) {
        inputs(line, e.input) = 1;
        inputs(line, e.wrapped) = -1;
        weights(line, e.tap) = c.weights_points;
        outputs(line, e.output()) = 1;
        ++line;
    }
    return {{c.points, inputs}, {c.points, weights}, {c.points, outputs}};
}

std::vector<cycle> smaller_cycles(const cycle &whole) {
    const std::vector<int> whole_taps = correction_taps(whole);
    std::vector<cycle> cycles;
    for (int outputs = 2; outputs < whole.outputs; ++outputs) {
        int fewest = 0;
        // Of two with as many products the one with more points: in two dimensions, products of cycles are
        // fewer than those of their corrections.
        for (int points = whole.points; points > 0; --points) {
            const cycle c {points, outputs, whole.taps, whole.weights_points};
            if (whole.points % points != 0 || points > c.inputs()) continue;
            const std::vector<int> taps = correction_taps(c);
            if (!std::ranges::includes(whole_taps, taps)) continue;
            const int products = c.cyclic_products() + static_cast<int>(taps.size());
            if (fewest != 0 && products >= fewest) continue;
            if (fewest == 0) cycles.emplace_back();
            cycles.back() = c;
            fewest = products;
        }
    }
    cycles.push_back(whole);
    return cycles;
}

} // namespace winodnn
