#include "calibration/observer.hpp"

#include "calibration/noise.hpp"
#include "calibration/range_choice.hpp"
#include "problem/limits.hpp"
#include "problem/rounding.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <mutex>

namespace winodnn {

namespace {

bool is_candidate(const bilinear_algorithm &t, const problem &p) {
    return t.taps.rows == p.kh && t.taps.cols == p.kw && input_fits_s16(t, source_range(p));
}

// Along a dimension of one tap every output is its own input, and lies as any other.
int step_along(int outputs, int taps) {
    return taps == 1 ? 1 : patch_step(outputs);
}

} // namespace

observer::observer(const problem &p, layer_key key, std::vector<std::int8_t> weights)
    : first_problem_(p), key_(std::move(key)), weights_(std::move(weights)) {
    for (const observed_tile &t : all_observed_tiles()) {
        const bilinear_algorithm &algorithm = algorithm_of(t);
        if (is_candidate(algorithm, p))
            grid_of(algorithm).seen.push_back(
                    {t, std::vector<float>(static_cast<std::size_t>(algorithm.components()))});
    }
}

observer::grid &observer::grid_of(const bilinear_algorithm &t) {
    const int step_h = step_along(t.outputs.rows, t.taps.rows),
              step_w = step_along(t.outputs.cols, t.taps.cols);
    for (grid &g : grids_)
        if (g.step_h == step_h && g.step_w == step_w) return g;
    return grids_.emplace_back(grid {step_h, step_w, step_h + t.taps.rows - 1, step_w + t.taps.cols - 1, {}});
}

int observer::zero_point(dim ic) const {
    const zero_point_list &list = key_.zero_points;
    return list.empty() ? 0 : list[list.size() == 1 ? 0 : static_cast<std::size_t>(ic)];
}

void observer::observe(const problem &p, const void *src) {
    const std::lock_guard lock(guards_);
    const std::vector<std::int16_t> of_pixels = magnitudes(p, src);
    for (grid &g : grids_) observe(g, p, src, of_pixels);
    const observed_size size {p.mb, p.ih, p.iw, p.oh, p.ow};
    if (sizes_.size() < sizes_kept && std::ranges::find(sizes_, size) == sizes_.end()) sizes_.push_back(size);
}

// Of each pixel, that of the channel where it is largest.
std::vector<std::int16_t> observer::magnitudes(const problem &p, const void *src) const {
    const nhwc_strides s = p.src_strides();
    std::vector<std::int16_t> result;
    result.reserve(static_cast<std::size_t>(p.mb * p.ih * p.iw));
    for (dim n = 0; n < p.mb; ++n)
        for (dim h = 0; h < p.ih; ++h)
            for (dim w = 0; w < p.iw; ++w) {
                const dim pixel = n * s.n + h * s.h + w * s.w;
                float most = 0;
                for (dim ic = 0; ic < p.ic; ++ic)
                    most = std::max(most, std::abs(read_value(p.src, src, pixel + ic)
                                                   - static_cast<float>(zero_point(ic))));
                result.push_back(static_cast<std::int16_t>(most));
            }
    return result;
}

// The patches that one grid lays over a source.
class observer::patch_reader {
public:
    patch_reader(const observer &o, const grid &g, const problem &p, const void *src)
        : observer_(o), g_(g), p_(p), src_(src), strides_(p.src_strides()), down_(p.rows()),
          across_(p.cols()), in_column_(ceil_div(down_.outputs_of_phase(0), g.step_h)),
          in_row_(ceil_div(across_.outputs_of_phase(0), g.step_w)), rows_(in_column_ * down_.phases()),
          cols_(in_row_ * across_.phases()), patch_ {std::vector<std::int16_t>(static_cast<std::size_t>(
                                                             g.height * g.width * p.ic)),
                                                     {}} {}

    dim count() const { return p_.mb * rows_ * cols_; }

    const source_patch &read(dim index) {
        const dim row = index / cols_ % rows_, col = index % cols_;
        patch_.inside = {inside(down_, row / in_column_, row % in_column_, g_.step_h),
                inside(across_, col / in_row_, col % in_row_, g_.step_w)};
        auto to = patch_.values.begin();
        for_each_pixel(index, [&](dim pixel, bool is_inside) {
            for (dim ic = 0; ic < p_.ic; ++ic, ++to)
                *to = is_inside ? static_cast<std::int16_t>(read_value(p_.src, src_, pixel + ic)
                                                            - static_cast<float>(observer_.zero_point(ic)))
                                : std::int16_t {0};
        });
        return patch_;
    }

    // So many of the patches: those that have the pixels with the largest magnitudes.
    std::vector<dim> largest(dim wanted, std::span<const std::int16_t> magnitudes) const {
        std::vector<std::pair<int, dim>> patches;
        for (dim index = 0; index < count(); ++index) {
            int most = 0;
            for_each_pixel(
                    index,
                    [&](dim pixel, bool is_inside) {
                        if (is_inside)
                            most = std::max<int>(most, magnitudes[static_cast<std::size_t>(pixel)]);
                    },
                    pixel_strides());
            patches.emplace_back(-most, index);
        }
        const auto end = patches.begin() + std::min(wanted, std::ssize(patches));
        std::partial_sort(patches.begin(), end, patches.end());
        std::vector<dim> indices;
        std::transform(patches.begin(), end, std::back_inserter(indices),
                [](const auto &patch) { return patch.second; });
        return indices;
    }

private:
    static int inside(const axis &along, dim phase, dim patch_index, dim step) {
        return static_cast<int>(
                std::clamp(along.outputs_of_phase(phase) - patch_index * step, dim {0}, step));
    }

    nhwc_strides pixel_strides() const { return {p_.ih * p_.iw, p_.iw, 1}; }

    // use(where the pixel is, whether it is in the image), in the order of a patch's values.
    template <typename Use>
    void for_each_pixel(dim index, Use &&use) const {
        for_each_pixel(index, use, strides_);
    }

    template <typename Use>
    void for_each_pixel(dim index, Use &&use, const nhwc_strides &s) const {
        const dim image = index / (rows_ * cols_), row = index / cols_ % rows_, col = index % cols_;
        const dim top = down_.first_input(row / in_column_ + row % in_column_ * g_.step_h * down_.dilation);
        const dim left = across_.first_input(col / in_row_ + col % in_row_ * g_.step_w * across_.dilation);
        for (dim y = 0; y < g_.height; ++y)
            for (dim x = 0; x < g_.width; ++x) {
                const dim h = top + y * down_.dilation, w = left + x * across_.dilation;
                const bool is_inside = h >= 0 && h < p_.ih && w >= 0 && w < p_.iw;
                use(image * s.n + h * s.h + w * s.w, is_inside);
            }
    }

    const observer &observer_;
    const grid &g_;
    const problem &p_;
    const void *src_;
    const nhwc_strides strides_;
    const axis down_, across_;
    const dim in_column_, in_row_, rows_, cols_;
    source_patch patch_;
};

void observer::observe(grid &g, const problem &p, const void *src, std::span<const std::int16_t> magnitudes) {
    patch_reader reader(*this, g, p, src);
    const dim count = reader.count();
    // Once there are enough to choose from, fewer of each source: what more sources bring is variety.
    const dim taken = std::min<dim>(
            count, g.drawn.offered < 2 * patches_kept ? 2 * patches_kept : patches_of_later_sources);
    g.count += count;
    std::vector<dim> largest;
    if (taken < count) largest = reader.largest(taken / 4, magnitudes);
    std::ranges::sort(largest);
    const auto offer = [&](reservoir &to, dim index) {
        const source_patch &patch = reader.read(index);
        note(g, patch);
        to.offer(patch, random_);
    };
    for (const dim index : largest) offer(g.largest, index);
    const dim first = taken < count ? static_cast<dim>(random_() % static_cast<std::uint64_t>(count)) : 0;
    for (dim n = 0; n < taken; ++n) {
        const dim index = (first + count * n / taken) % count;
        if (!std::ranges::binary_search(largest, index)) offer(g.drawn, index);
    }
}

void observer::reservoir::offer(const source_patch &patch, std::mt19937_64 &random) {
    ++offered;
    if (std::ssize(patches) < kept) {
        patches.push_back(patch);
        return;
    }
    const std::uint64_t place = random() % static_cast<std::uint64_t>(offered);
    if (place < patches.size()) patches[place] = patch;
}

void observer::note(seen_tile &seen, const std::vector<std::int16_t> &v) const {
    const std::vector<float> largest = magnitudes_of(algorithm_of(seen.tile), v, first_problem_.ic);
    std::ranges::transform(seen.largest, largest, seen.largest.begin(),
            [](float before, float now) { return std::max(before, now); });
}

void observer::note(grid &g, const source_patch &patch) const {
    for (seen_tile &seen : g.seen) {
        const bilinear_algorithm &t = algorithm_of(seen.tile);
        for (const int top : tile_offsets(t.outputs.rows))
            for (const int left : tile_offsets(t.outputs.cols))
                note(seen, transform_tile(t, patch.values.data() + (top * g.width + left) * first_problem_.ic,
                                   g.width, first_problem_.ic));
    }
}

std::size_t observer::patches() const {
    const std::lock_guard lock(guards_);
    std::size_t count = 0;
    for (const grid &g : grids_) count += g.drawn.patches.size() + g.largest.patches.size();
    return count;
}

observer::grid observer::copy_of(const grid &g) const {
    const std::lock_guard lock(guards_);
    return g;
}

tile_calibration observer::finish(const grid &g, const seen_tile &seen, scale_choice choice) const {
    const bilinear_algorithm &t = algorithm_of(seen.tile);
    const double rare = static_cast<double>(g.largest.offered) / static_cast<double>(g.count);
    const patch_stratum strata[] {{g.drawn.patches, 1 - rare}, {g.largest.patches, rare}};
    const tile_samples samples(t, first_problem_, g.width, strata);
    const sampled_weights weights(t, first_problem_, weights_);
    const std::vector<double> ranges = choose_ranges(choice, samples.magnitudes(), seen.largest,
            noise_of_ranges(weights, source_range(first_problem_)));
    tile_calibration result {seen.tile, {}};
    for (const double range : ranges) result.components.push_back({range});
    measure_noise(result, samples, weights);
    return result;
}

layer_calibration observer::finish(scale_choice choice) const {
    layer_calibration result {key_};
    {
        const std::lock_guard lock(guards_);
        result.sizes = sizes_;
    }
    for (const grid &watched : grids_) {
        const grid g = copy_of(watched);
        if (&watched == &grids_.front()) result.samples = g.drawn.offered + g.largest.offered;
        for (const seen_tile &seen : g.seen) result.tiles.push_back(finish(g, seen, choice));
    }
    return result;
}

} // namespace winodnn
