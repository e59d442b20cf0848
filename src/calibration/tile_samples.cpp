#include "calibration/tile_samples.hpp"

#include <algorithm>

namespace winodnn {

int patch_step(int outputs) {
    return outputs == 3 || outputs == 6 ? outputs : 4;
}

std::vector<int> tile_offsets(int outputs) {
    if (outputs == 2) return {0, patch_step(outputs) - outputs};
    return {0};
}

std::vector<std::int16_t> transform_tile(
        const bilinear_algorithm &t, const std::int16_t *first, int width, dim ic) {
    // The results fit 16 bits, so what happens on the way does not matter.
    const auto wide = [](std::int16_t x) { return static_cast<std::uint32_t>(x); };
    const program &p = t.input_program;
    std::vector<std::int16_t> results(p.code.size() * static_cast<std::size_t>(ic));
    const auto value = [&](int number) {
        const int cols = t.inputs().cols;
        if (number < p.inputs) return first + (number / cols * width + number % cols) * ic;
        return static_cast<const std::int16_t *>(results.data()) + (number - p.inputs) * ic;
    };
    std::int16_t *to = results.data();
    for (const instruction &i : p.code) {
        const std::int16_t *a = value(i.a);
        const bool shifts = i.op == instruction::opcode::shift_left;
        // Programs of inputs have no shifts inside of additions.
        const std::int16_t *b = shifts ? a : value(i.b);
        for (dim c = 0; c < ic; ++c, ++to)
            *to = static_cast<std::int16_t>(shifts                             ? wide(a[c]) << i.b
                                            : i.op == instruction::opcode::add ? wide(a[c]) + wide(b[c])
                                                                               : wide(a[c]) - wide(b[c]));
    }
    std::vector<std::int16_t> v;
    v.reserve(p.outputs.size() * static_cast<std::size_t>(ic));
    for (const int output : p.outputs) v.insert(v.end(), value(output), value(output) + ic);
    return v;
}

tile_samples::tile_samples(
        const bilinear_algorithm &t, const problem &p, int patch_width, std::span<const patch_stratum> strata)
    : tile_(t), layer_(p) {
    for (const auto &[patches, share] : strata) {
        std::vector<sample> &samples = strata_.emplace_back(stratum {{}, share}).samples;
        for (const source_patch &patch : patches)
            for (const int top : tile_offsets(t.outputs.rows))
                for (const int left : tile_offsets(t.outputs.cols))
                    samples.push_back(
                            {transform_tile(t, patch.values.data() + (top * patch_width + left) * p.ic,
                                     patch_width, p.ic),
                                    {std::clamp(patch.inside.rows - top, 0, t.outputs.rows),
                                            std::clamp(patch.inside.cols - left, 0, t.outputs.cols)}});
    }
}

std::vector<tile_samples::weighted_sample> tile_samples::some(std::size_t most) const {
    std::vector<weighted_sample> taken;
    for (const auto &[samples, share] : strata_) {
        const std::size_t count = std::min(samples.size(), most);
        for (std::size_t i = 0; i < count; ++i)
            taken.push_back({&samples[samples.size() * i / count], share / static_cast<double>(count)});
    }
    return taken;
}

std::vector<float> magnitudes_of(const bilinear_algorithm &t, const std::vector<std::int16_t> &v, dim ic) {
    std::vector<float> largest(static_cast<std::size_t>(t.components()));
    for (int plane = 0; plane < t.v_planes(); ++plane) {
        const auto first = v.begin() + plane * ic;
        const auto [low, high] = std::minmax_element(first, first + ic);
        float &most = largest[static_cast<std::size_t>(t.component_of_v(plane))];
        most = std::max({most, -static_cast<float>(*low), static_cast<float>(*high)});
    }
    return largest;
}

std::vector<tile_magnitudes> tile_samples::magnitudes() const {
    std::vector<tile_magnitudes> all;
    for (const auto &[samples, share] : strata_)
        for (const sample &s : samples)
            all.push_back(
                    {magnitudes_of(tile_, s.v, layer_.ic), share / static_cast<double>(samples.size())});
    return all;
}

} // namespace winodnn
