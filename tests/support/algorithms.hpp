// The bilinear algorithms that tests sweep.
#pragma once

#include "winograd/sfc.hpp"
#include "winograd/tile.hpp"

#include <string>
#include <vector>

namespace winodnn::testing {

struct named_algorithm {
    std::string name;
    bilinear_algorithm algorithm;
};

inline std::string name_of(const sfc_shape &s) {
    const auto of = [](int rows, int cols) { return std::to_string(rows) + "x" + std::to_string(cols); };
    return "sfc" + std::to_string(s.order) + " " + of(s.rows.outputs, s.cols.outputs) + " of "
           + of(s.rows.taps, s.cols.taps) + " by " + of(s.rows.points, s.cols.points) + " points";
}

// Points, outputs, taps.
constexpr cycle none {1, 1, 1}, four_of_3 {4, 4, 3}, six_of_3 {6, 6, 3}, seven_of_3 {6, 7, 3},
        four_of_5 {6, 4, 5}, five_of_5 {6, 5, 5};

inline std::vector<sfc_shape> whole_sfc_tiles() {
    return {{4, four_of_3, four_of_3}, {6, six_of_3, six_of_3}, {6, six_of_3, seven_of_3},
            {6, seven_of_3, six_of_3}, {6, seven_of_3, seven_of_3}, {6, four_of_5, four_of_5},
            {6, five_of_5, five_of_5}, {6, none, six_of_3}, {6, six_of_3, none}, {4, none, four_of_3},
            {6, none, seven_of_3}, {6, none, four_of_5}, {6, four_of_5, none},
            // Kernels that are not square, and fewer points in one direction.
            {6, six_of_3, four_of_5}, {6, cycle {3, 3, 3}, six_of_3}, {6, six_of_3, cycle {2, 2, 3}},
            {4, cycle {2, 2, 3}, four_of_3}};
}

inline std::vector<named_algorithm> all_algorithms() {
    std::vector<named_algorithm> all;
    for (const sfc_shape &whole : whole_sfc_tiles())
        for (const cycle &rows : smaller_cycles(whole.rows))
            for (const cycle &cols : smaller_cycles(whole.cols)) {
                const sfc_shape part {whole.order, rows, cols};
                all.push_back({name_of(part) + " with weights of " + name_of(whole), make_sfc(part)});
            }
    for (const tile_id id : all_tiles()) all.push_back({tile_of(id).name, tile_of(id)});
    return all;
}

} // namespace winodnn::testing
