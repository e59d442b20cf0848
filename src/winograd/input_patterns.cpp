#include "winograd/input_patterns.hpp"

#include <map>
#include <tuple>

namespace winodnn {

namespace {

// The coefficients of a component's first plane, with the sign of the first one turned positive. Where a
// dimension is direct, the other planes have the same ones at other pixels, however many planes there are.
using pattern = std::vector<std::tuple<int, int, int>>; // row, column, coefficient

pattern pattern_of(const bilinear_algorithm &a, int component) {
    const int plane = a.v_plane(component, 0), width = a.inputs().cols;
    pattern found;
    int sign = 0;
    for (int input = 0; input < a.input.cols(); ++input)
        if (const int coefficient = a.input(plane, input); coefficient != 0) {
            if (sign == 0) sign = coefficient < 0 ? -1 : 1;
            found.emplace_back(input / width, input % width, sign * coefficient);
        }
    return found;
}

// By pattern, of all components: what makes two algorithms' V equal but for signs.
struct signature {
    std::tuple<int, int, int, int> kernel; // taps, terms, components
    std::map<pattern, int> components;
};

signature signature_of(const bilinear_algorithm &a) {
    signature s {{a.taps.rows, a.taps.cols, a.terms(), a.components()}, {}};
    for (int c = 0; c < a.components(); ++c) s.components.emplace(pattern_of(a, c), c);
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
    for (const auto &[of_first_plane, component] : own.components)
        p.components_of_observed[static_cast<std::size_t>(component)] =
                observed.components.at(of_first_plane);
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
