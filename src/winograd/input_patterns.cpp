#include "winograd/input_patterns.hpp"

#include <map>
#include <tuple>
#include <utility>

namespace winodnn {

namespace {

// The coefficients of a component's first plane, with the sign of the first one turned positive. Where a
// dimension is direct, the other planes have the same ones at other pixels, however many planes there are.
using pattern = std::vector<std::tuple<int, int, int>>; // row, column, coefficient

struct signed_pattern {
    pattern of_first_plane;
    bool negative;
};

signed_pattern pattern_of(const bilinear_algorithm &a, int component) {
    const int plane = a.v_plane(component, 0), width = a.inputs().cols;
    signed_pattern found {{}, false};
    for (int input = 0; input < a.input.cols(); ++input)
        if (const int coefficient = a.input(plane, input); coefficient != 0) {
            if (found.of_first_plane.empty()) found.negative = coefficient < 0;
            found.of_first_plane.emplace_back(
                    input / width, input % width, found.negative ? -coefficient : coefficient);
        }
    return found;
}

// By pattern, of all components: what makes two algorithms' V equal.
struct signature {
    std::tuple<int, int, int, int> kernel; // taps, terms, components
    std::map<pattern, tile_piece::signed_component> components;
};

signature signature_of(const bilinear_algorithm &a) {
    signature s {{a.taps.rows, a.taps.cols, a.terms(), a.components()}, {}};
    for (int c = 0; c < a.components(); ++c) {
        signed_pattern p = pattern_of(a, c);
        s.components.emplace(std::move(p.of_first_plane), tile_piece::signed_component {c, p.negative});
    }
    return s;
}

bool are_alike(const signature &a, const signature &b) {
    if (a.kernel != b.kernel) return false;
    for (const auto &[of_first_plane, component] : a.components)
        if (!b.components.contains(of_first_plane)) return false;
    return true;
}

void set_observed(tile_piece &p, const signature &own, const observed_tile &tile, const signature &observed) {
    p.observed = tile;
    p.components_of_observed.resize(static_cast<std::size_t>(p.components()));
    for (const auto &[of_first_plane, component] : own.components) {
        const tile_piece::signed_component same = observed.components.at(of_first_plane);
        p.components_of_observed[static_cast<std::size_t>(component.component)] = {
                same.component, same.negative != component.negative};
    }
}

} // namespace

std::vector<observed_tile> observe_pieces(std::vector<tile> &tiles) {
    std::vector<observed_tile> found;
    std::vector<signature> signatures;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        found.push_back({static_cast<tile_id>(i), tiles[i].outputs});
        signatures.push_back(signature_of(tiles[i]));
    }
    for (std::size_t i = 0; i < tiles.size(); ++i)
        for (tile_piece &p : tiles[i].pieces) {
            const signature own = signature_of(p);
            std::size_t at = 0;
            while (at < found.size() && !are_alike(own, signatures[at])) ++at;
            if (at == found.size()) {
                found.push_back({static_cast<tile_id>(i), p.outputs});
                signatures.push_back(own);
            }
            set_observed(p, own, found[at], signatures[at]);
        }
    return found;
}

} // namespace winodnn
