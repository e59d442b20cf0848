// V of what an observer has seen: the tiles that noise is measured on.
#pragma once

#include "calibration/range_choice.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace winodnn {

// From one patch to the next, along one dimension: patches have the inputs of so many outputs. Tiles of
// three and of six outputs have their own, those of two and four share.
int patch_step(int outputs);
// Where in a patch tiles lie: those of two outputs in two places of four.
std::vector<int> tile_offsets(int outputs);

// V of a tile whose inputs start at `first` in rows of `width` pixels of so many channels: [plane][ic].
std::vector<std::int16_t> transform_tile(
        const bilinear_algorithm &t, const std::int16_t *first, int width, dim ic);

// Of all channels and planes, by component: the largest |v|.
std::vector<float> magnitudes_of(const bilinear_algorithm &t, const std::vector<std::int16_t> &v, dim ic);

// Source values, minus zero points, that as many outputs as a patch steps over read; and how many of those
// outputs are inside the image.
struct source_patch {
    std::vector<std::int16_t> values; // [row][col][ic of all groups]
    grid_size inside;
};

// Patches that stand for a share of all that there are.
struct patch_stratum {
    std::span<const source_patch> patches;
    double share; // 0 .. 1, of all patches
};

// V of all tiles in all patches.
class tile_samples {
public:
    tile_samples(const bilinear_algorithm &t, const problem &p, int patch_width,
            std::span<const patch_stratum> strata);

    const bilinear_algorithm &tile() const { return tile_; }
    const problem &layer() const { return layer_; }
    struct sample {
        std::vector<std::int16_t> v; // [plane][ic of all groups]
        // The tile's outputs that exist: errors in the others do not matter. 0 if there are none.
        grid_size inside;
    };
    struct weighted_sample {
        const sample *taken;
        double weight; // the share of all tiles that it stands for
    };
    // At most so many of each stratum.
    std::vector<weighted_sample> some(std::size_t most) const;
    std::vector<tile_magnitudes> magnitudes() const;

private:
    struct stratum {
        std::vector<sample> samples;
        double share;
    };

    const bilinear_algorithm &tile_;
    const problem &layer_;
    std::vector<stratum> strata_;
};

} // namespace winodnn
