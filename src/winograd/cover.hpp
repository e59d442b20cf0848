// How one dimension of an image is covered with tiles: where each begins, and what of it lies inside.
#pragma once

#include "problem/problem.hpp"
#include "winograd/piece.hpp"

#include <compare>

namespace winodnn {

// Of a piece's inputs along one dimension, those that lie inside the image; the others are padding.
struct extent {
    int begin = 0, end = 0;
    auto operator<=>(const extent &) const = default;
};

// Each phase of the outputs (one, if there is no dilation) by so many pieces of one size, then so many of a
// smaller one, which uses only planes that the larger one has as well. The last piece can stick out; of
// phases that are one output shorter than the others it is left out if it would lie outside altogether.
struct cover {
    axis along {};
    const piece *large = nullptr, *small = nullptr; // small: nullptr if there are none
    dim large_count = 0, small_count = 0;           // of the first phase

    dim count() const { return large_tiles() + small_tiles(); }
    dim large_tiles() const; // of all phases
    dim small_tiles() const;
    // Tiles are counted phase by phase.
    bool is_small(dim tile) const { return place_of(tile).index >= large_count; }
    const piece &at(dim tile) const { return is_small(tile) ? *small : *large; }
    dim first_output(dim tile) const;
    dim first_input(dim tile) const { return along.first_input(first_output(tile)); } // can lie outside
    int outputs_inside(dim tile) const;
    extent inputs_inside(dim tile) const;

private:
    struct place {
        dim phase, index; // index: within the phase
    };
    place place_of(dim tile) const;
    dim offset_in_phase(dim index) const; // of the tile's first output
    dim long_phases() const;
    bool short_phases_lack_a_tile() const;
};

// The cover of the fewest products. `whole_only`: of nothing but whole tiles.
cover cover_of(const std::vector<piece> &pieces, const axis &along, bool whole_only);

} // namespace winodnn
