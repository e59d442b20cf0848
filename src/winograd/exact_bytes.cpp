#include "winograd/exact_bytes.hpp"

#include "winograd/ranges.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

namespace winodnn {

namespace {

constexpr int largest_byte = std::numeric_limits<std::uint8_t>::max();

// Zeros that all of U of a component end in, whatever the weights are.
std::vector<int> common_zeros(const bilinear_algorithm &t) {
    std::vector<unsigned> bits(static_cast<std::size_t>(t.components()));
    for (int plane = 0; plane < t.u_planes(); ++plane)
        for (int k = 0; k < t.weights.cols(); ++k)
            bits[static_cast<std::size_t>(t.component_of_u(plane))] |=
                    static_cast<unsigned>(t.weights(plane, k));
    std::vector<int> zeros;
    for (const unsigned b : bits) zeros.push_back(std::countr_zero(b));
    return zeros;
}

std::vector<value_range> ranges_of_v(const tile &t, value_range source) {
    std::vector<value_range> ranges(static_cast<std::size_t>(t.components()));
    for (const tile_piece &p : t.pieces)
        for (int plane = 0; plane < p.v_planes(); ++plane) {
            const auto own = static_cast<std::size_t>(p.component_of_v(plane));
            value_range &all = ranges[static_cast<std::size_t>(p.components_of_whole[own])];
            const value_range more = input_range(p, plane, source);
            all = {std::min(all.lo, more.lo), std::max(all.hi, more.hi)};
        }
    return ranges;
}

} // namespace

exact_bytes exact_bytes_of(const tile &t, value_range source) {
    const std::vector<int> zeros = common_zeros(t);
    const std::vector<value_range> ranges = ranges_of_v(t, source);
    exact_bytes found;
    for (int c = 0; c < t.components(); ++c) {
        const value_range v = ranges[static_cast<std::size_t>(c)];
        const int width = v.hi - v.lo;
        int shift = 0;
        while (shift < zeros[static_cast<std::size_t>(c)] && width << (shift + 1) <= largest_byte) ++shift;
        if (width <= largest_byte) found.fitting.insert(c);
        found.components.push_back({shift, -v.lo * (1 << shift), width << shift});
    }
    return found;
}

component_set byte_components(const tile &t, value_range source, int weights_bits) {
    const exact_bytes bytes = exact_bytes_of(t, source);
    component_set excluded;
    for (int plane = 0; plane < t.u_planes(); ++plane) {
        const int c = t.component_of_u(plane);
        const value_range u = weights_range(t, plane, in_bits({-128, 127}, weights_bits));
        const int shift = bytes.components[static_cast<std::size_t>(c)].shift;
        if (u.lo >> shift < -128 || u.hi >> shift > 127) excluded.insert(c);
    }
    component_set found;
    for (int c = 0; c < t.components(); ++c)
        if (bytes.fitting.contains(c) && !excluded.contains(c)) found.insert(c);
    return found;
}

std::vector<component_set> byte_component_choices(const tile &t, value_range source) {
    std::vector<component_set> choices;
    for (int bits = 1; bits <= 8; ++bits) {
        const component_set next = byte_components(t, source, bits);
        if (!next.empty() && (choices.empty() || choices.back() != next)) choices.push_back(next);
    }
    return choices;
}

} // namespace winodnn
