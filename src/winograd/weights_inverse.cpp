#include "winograd/weights_inverse.hpp"

#include "winograd/rational.hpp"

#include <numeric>
#include <utility>

namespace winodnn {

namespace {

// Gauss-Jordan elimination of a component's row of weights, with what it was made from beside it.
struct equation {
    std::vector<rational> taps, components;

    void subtract(const equation &other, rational factor) {
        for (std::size_t i = 0; i < taps.size(); ++i) taps[i] = taps[i] - factor * other.taps[i];
        for (std::size_t i = 0; i < components.size(); ++i)
            components[i] = components[i] - factor * other.components[i];
    }
    void divide(rational by) {
        for (rational &x : taps) x = x / by;
        for (rational &x : components) x = x / by;
    }
};

} // namespace

weights_inverse inverse_of_weights(const bilinear_algorithm &algorithm) {
    const int_matrix &g = algorithm.weights;
    const auto taps = static_cast<std::size_t>(g.cols());
    weights_inverse inverse;
    std::vector<equation> solved(taps); // for tap k, where there is one
    for (int c = 0; c < g.rows() && inverse.planes.size() < taps; ++c) {
        equation e {std::vector<rational>(taps), std::vector<rational>(taps)};
        for (std::size_t k = 0; k < taps; ++k) e.taps[k] = g(c, static_cast<int>(k));
        e.components[inverse.planes.size()] = 1;
        for (std::size_t k = 0; k < taps; ++k)
            if (!solved[k].taps.empty()) e.subtract(solved[k], e.taps[k]);
        std::size_t pivot = 0;
        while (pivot < taps && e.taps[pivot] == rational(0)) ++pivot;
        if (pivot == taps) continue; // nothing that the others do not know
        e.divide(e.taps[pivot]);
        for (equation &other : solved)
            if (!other.taps.empty()) other.subtract(e, other.taps[pivot]);
        solved[pivot] = std::move(e);
        inverse.planes.push_back(c);
    }

    for (const equation &e : solved)
        for (const rational &x : e.components)
            inverse.divisor = static_cast<int>(std::lcm(std::int64_t {inverse.divisor}, x.den()));
    inverse.coefficients = int_matrix(g.cols(), g.cols());
    for (std::size_t k = 0; k < taps; ++k)
        for (std::size_t i = 0; i < taps; ++i)
            inverse.coefficients(static_cast<int>(k), static_cast<int>(i)) =
                    static_cast<int>((solved[k].components[i] * inverse.divisor).num());
    return inverse;
}

} // namespace winodnn
