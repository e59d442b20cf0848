#include "calibration/observer.hpp"

#include "calibration/range_choice.hpp"
#include "problem/limits.hpp"
#include "problem/rounding.hpp"
#include "winograd/ranges.hpp"

#include <algorithm>
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
                    {t, std::vector<seen_component>(static_cast<std::size_t>(algorithm.components()))});
    }
}

observer::grid &observer::grid_of(const bilinear_algorithm &t) {
    const int step_h = step_along(t.outputs.rows, t.taps.rows),
              step_w = step_along(t.outputs.cols, t.taps.cols);
    for (grid &g : grids_)
        if (g.step_h == step_h && g.step_w == step_w) return g;
    return grids_.emplace_back(
            grid {step_h, step_w, step_h + t.taps.rows - 1, step_w + t.taps.cols - 1, {}, {}, 0});
}

int observer::zero_point(dim ic) const {
    const zero_point_list &list = key_.zero_points;
    return list.empty() ? 0 : list[list.size() == 1 ? 0 : static_cast<std::size_t>(ic)];
}

void observer::observe(const problem &p, const void *src) {
    const std::lock_guard lock(guards_);
    for (grid &g : grids_) observe(g, p, src);
    const observed_size size {p.mb, p.ih, p.iw, p.oh, p.ow};
    if (sizes_.size() < sizes_kept && std::ranges::find(sizes_, size) == sizes_.end()) sizes_.push_back(size);
}

void observer::observe(grid &g, const problem &p, const void *src) {
    const axis down = p.rows(), across = p.cols();
    const dim in_column = ceil_div(down.outputs_of_phase(0), g.step_h), rows = in_column * down.phases();
    const dim in_row = ceil_div(across.outputs_of_phase(0), g.step_w), cols = in_row * across.phases();
    const dim count = p.mb * rows * cols;
    const nhwc_strides s = p.src_strides();
    source_patch patch {std::vector<std::int16_t>(static_cast<std::size_t>(g.height * g.width * p.ic)), {}};
    // Once there are enough to choose from, fewer of each source: what more sources bring is variety.
    const dim taken =
            std::min<dim>(count, g.offered < 2 * patches_kept ? 2 * patches_kept : patches_of_later_sources);
    const dim first = taken < count ? static_cast<dim>(random_() % static_cast<std::uint64_t>(count)) : 0;
    for (dim n = 0; n < taken; ++n) {
        const dim index = (first + count * n / taken) % count;
        const dim image = index / (rows * cols);
        const dim row = index / cols % rows, col = index % cols;
        const auto inside = [](const axis &along, dim phase, dim patch_index, dim step) {
            return static_cast<int>(
                    std::clamp(along.outputs_of_phase(phase) - patch_index * step, dim {0}, step));
        };
        patch.inside = {inside(down, row / in_column, row % in_column, g.step_h),
                inside(across, col / in_row, col % in_row, g.step_w)};
        const dim top = down.first_input(row / in_column + row % in_column * g.step_h * down.dilation);
        const dim left = across.first_input(col / in_row + col % in_row * g.step_w * across.dilation);
        auto to = patch.values.begin();
        for (dim y = 0; y < g.height; ++y)
            for (dim x = 0; x < g.width; ++x) {
                const dim h = top + y * down.dilation, w = left + x * across.dilation;
                const bool inside = h >= 0 && h < p.ih && w >= 0 && w < p.iw;
                const dim pixel = image * s.n + h * s.h + w * s.w;
                for (dim ic = 0; ic < p.ic; ++ic, ++to)
                    *to = inside ? static_cast<std::int16_t>(
                                  read_value(p.src, src, pixel + ic) - static_cast<float>(zero_point(ic)))
                                 : std::int16_t {0};
            }
        offer(g, patch);
    }
}

void observer::note(seen_tile &seen, const std::vector<std::int16_t> &v) const {
    const bilinear_algorithm &t = algorithm_of(seen.tile);
    for (int plane = 0; plane < t.v_planes(); ++plane) {
        const auto first = v.begin() + plane * first_problem_.ic;
        const auto [low, high] = std::minmax_element(first, first + first_problem_.ic);
        seen_component &c = seen.components[static_cast<std::size_t>(t.component_of_v(plane))];
        c.low = std::min<int>(c.low, *low);
        c.high = std::max<int>(c.high, *high);
    }
}

void observer::offer(grid &g, const source_patch &patch) {
    for (seen_tile &seen : g.seen) {
        const bilinear_algorithm &t = algorithm_of(seen.tile);
        for (const int top : tile_offsets(t.outputs.rows))
            for (const int left : tile_offsets(t.outputs.cols))
                note(seen, transform_tile(t, patch.values.data() + (top * g.width + left) * first_problem_.ic,
                                   g.width, first_problem_.ic));
    }
    ++g.offered;
    if (std::ssize(g.patches) < patches_kept) {
        g.patches.push_back(patch);
        return;
    }
    const std::uint64_t place = random_() % static_cast<std::uint64_t>(g.offered);
    if (place < g.patches.size()) g.patches[place] = patch;
}

std::size_t observer::patches() const {
    const std::lock_guard lock(guards_);
    std::size_t count = 0;
    for (const grid &g : grids_) count += g.patches.size();
    return count;
}

observer::grid observer::copy_of(const grid &g) const {
    const std::lock_guard lock(guards_);
    return g;
}

tile_calibration observer::finish(const grid &g, const seen_tile &seen, scale_choice choice) const {
    const bilinear_algorithm &t = algorithm_of(seen.tile);
    const tile_samples samples(t, first_problem_, g.width, g.patches);
    tile_calibration result {seen.tile, std::vector<component_calibration>(seen.components.size())};
    value_range everything;
    for (const seen_component &c : seen.components) {
        everything.lo = std::min(everything.lo, c.low);
        everything.hi = std::max(everything.hi, c.high);
    }
    for (int c = 0; c < t.components(); ++c) {
        const seen_component &range = seen.components[static_cast<std::size_t>(c)];
        const std::vector<std::int16_t> sorted = samples.sorted(c);
        const auto choose = [&](int limit) {
            if (choice == scale_choice::global)
                return choose_range(scale_choice::max, sorted, everything, limit);
            return choose_range(choice, sorted, {range.low, range.high}, limit);
        };
        component_calibration &component = result.components[static_cast<std::size_t>(c)];
        component.in_8_bits = choose(narrow_limit);
        component.in_7_bits = choose(narrow_limit_without_dot_product);
    }
    measure_noise(result, samples, weights_);
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
        if (&watched == &grids_.front()) result.samples = g.offered;
        for (const seen_tile &seen : g.seen) result.tiles.push_back(finish(g, seen, choice));
    }
    return result;
}

} // namespace winodnn
