// Watches the activations of one convolution.
#pragma once

#include "calibration/calibration.hpp"
#include "calibration/tile_samples.hpp"
#include "process/fork_safe_mutex.hpp"

#include <random>
#include <span>

namespace winodnn {

// Keeps a fixed number of patches of the sources, each large enough for any tile, in two strata: those with
// their source's largest values, and samples of the others. Each is drawn evenly from what was offered
// (reservoir sampling: J. Vitter, Random Sampling with a Reservoir, 1985), and has the weight that its
// stratum has in the sources: so what is rare is seen, and counts as often as it occurs. For each component
// of each tile the largest magnitude of all patches offered is kept as well. Samples serve better than
// histograms would: the errors that a quantizer makes in the sums can be measured on them. What is kept is
// bounded: patches() patches of 64 pixels at most, whatever is observed. Any thread can observe.
class observer {
public:
    // weights: s8 [oc of all groups][ic of one][kh][kw].
    observer(const problem &p, layer_key key, std::vector<std::int8_t> weights);

    // A source of the problem's type and shape but for mb, ih and iw, with the key's zero points.
    void observe(const problem &p, const void *src);

    std::size_t patches() const; // that are kept

    // Quantizers and their errors. Takes seconds where channels are many, in which others can observe.
    layer_calibration finish(scale_choice choice) const;

    static constexpr int patches_kept = 128, largest_patches_kept = 32; // of each grid
    static constexpr int patches_of_later_sources = 32;
    static constexpr std::size_t sizes_kept = 8;

private:
    struct seen_tile {
        observed_tile tile;
        std::vector<float> largest; // |v|, by component
    };

    struct reservoir {
        int kept;
        std::vector<source_patch> patches {};
        std::int64_t offered = 0;

        void offer(const source_patch &patch, std::mt19937_64 &random);
    };

    // Patches that lie as tiles of so many outputs do, so that at the edges they have the padding that those
    // have.
    struct grid {
        dim step_h, step_w;
        int height, width; // of a patch
        std::vector<seen_tile> seen;
        reservoir drawn {patches_kept}, largest {largest_patches_kept};
        std::int64_t count = 0; // of patches in all sources
    };

    class patch_reader;

    grid &grid_of(const bilinear_algorithm &t);
    std::vector<std::int16_t> magnitudes(const problem &p, const void *src) const;
    void observe(grid &g, const problem &p, const void *src, std::span<const std::int16_t> magnitudes);
    int zero_point(dim ic) const;
    void note(grid &g, const source_patch &patch) const;
    void note(seen_tile &seen, const std::vector<std::int16_t> &v) const;
    grid copy_of(const grid &g) const;
    tile_calibration finish(const grid &g, const seen_tile &seen, scale_choice choice) const;

    const problem first_problem_; // of the first source that is observed
    const layer_key key_;
    const std::vector<std::int8_t> weights_;

    mutable fork_safe_mutex guards_; // what is in the grids, and what follows
    std::vector<grid> grids_;
    std::vector<observed_size> sizes_;
    std::mt19937_64 random_ {1}; // the same samples from the same sources
};

} // namespace winodnn
