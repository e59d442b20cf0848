#include "calibration/noise.hpp"

#include "problem/rounding.hpp"
#include "weights/channel_quantizer.hpp"
#include "winograd/quantizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace winodnn {

namespace {

constexpr std::size_t most_tiles = 48; // of each stratum
constexpr dim most_channels = 32;

// Planes of values in units of V, or of U.
using planes = std::vector<float>;

float dot(const float *a, const float *b, dim count) {
    std::array<float, 16> lanes {}; // so that compilers find vectors, and little is rounded
    dim i = 0;
    for (; i + std::ssize(lanes) <= count; i += std::ssize(lanes))
        for (dim l = 0; l < std::ssize(lanes); ++l) lanes[l] += a[i + l] * b[i + l];
    for (; i < count; ++i) lanes[0] += a[i] * b[i];
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

enum variant { exactly, in_8_bits, in_7_bits, in_16_bits, variants };

// V of one tile and one group, as it is and as quantizers leave it, each at the tile's level.
std::array<planes, variants> variants_of(const tile_samples &samples, const std::vector<std::int16_t> &v,
        dim group, const std::array<class_quantizer, variants> &quantizers) {
    const bilinear_algorithm &t = samples.tile();
    const dim ic = samples.layer().group_ic(), all = samples.layer().ic;
    const auto value = [&](int plane, dim i) {
        return int {v[static_cast<std::size_t>(plane * all + group * ic + i)]};
    };
    std::array<planes, variants> result;
    result.fill(planes(static_cast<std::size_t>(t.v_planes() * ic)));
    for (const variant n : {in_8_bits, in_7_bits, in_16_bits}) {
        const class_quantizer &quantizer = quantizers[n];
        const auto of = [&](int plane) -> const component_quantizer & {
            return quantizer.components[static_cast<std::size_t>(t.component_of_v(plane))];
        };
        int filled = 0;
        for (int plane = 0; plane < t.v_planes(); ++plane)
            for (dim i = 0; i < ic; ++i)
                filled = std::max(filled, std::abs(scaled(value(plane, i), of(plane).share)));
        const int level = quantizer.level_of(filled);
        for (int plane = 0; plane < t.v_planes(); ++plane) {
            const component_quantizer &q = of(plane);
            const float step = n == in_16_bits ? q.step : q.step / gain_of(level);
            for (dim i = 0; i < ic; ++i) {
                const auto to = static_cast<std::size_t>(plane * ic + i);
                const int x = value(plane, i);
                const int steps =
                        n == in_16_bits ? scaled(x, q.multipliers[0])
                                        : quantizer.quantized(
                                                  static_cast<std::size_t>(t.component_of_v(plane)), x, level)
                                                  - q.zero_point;
                result[exactly][to] = static_cast<float>(x);
                result[n][to] = step * static_cast<float>(steps);
            }
        }
    }
    return result;
}

// U of one output channel, alike. 7 bits of V have 8 of U.
std::array<planes, variants> variants_of(
        const bilinear_algorithm &t, const channel_quantizer &channel, dim ic) {
    std::array<planes, variants> result;
    result.fill(planes(static_cast<std::size_t>(t.u_planes() * ic)));
    for (int plane = 0; plane < t.u_planes(); ++plane) {
        const int c = t.component_of_u(plane);
        const float narrow = channel.scale(c, false), wide = channel.scale(c, true);
        for (dim i = 0; i < ic; ++i) {
            const float u = channel.u(plane)[i];
            const auto to = static_cast<std::size_t>(plane * ic + i);
            result[exactly][to] = u;
            result[in_8_bits][to] = result[in_7_bits][to] =
                    narrow * static_cast<float>(channel_quantizer::quantized(u, narrow, false));
            result[in_16_bits][to] = wide * static_cast<float>(channel_quantizer::quantized(u, wide, true));
        }
    }
    return result;
}

// Powers of the outputs, and of the errors that each component makes in them.
class measurement {
public:
    explicit measurement(const bilinear_algorithm &t)
        : tile_(t), noise_(static_cast<std::size_t>(t.components())) {
        look_at(t.outputs, 1);
    }

    // Of what follows, the tile's outputs that count, and how much.
    void look_at(const grid_size &inside, double weight) {
        weight_ = weight;
        if (inside == inside_) return;
        inside_ = inside;
        gain_.clear();
        for (int plane = 0; plane < tile_.m_planes(); ++plane) gain_.push_back(gain_of(plane));
    }

    void add(const std::array<planes, variants> &v, const std::array<planes, variants> &u, dim ic) {
        std::vector<float> m(static_cast<std::size_t>(tile_.m_planes()));
        for (int c = 0; c < tile_.components(); ++c)
            for (int r = 0; r < tile_.repeats(); ++r) {
                const auto plane = static_cast<std::size_t>(tile_.m_plane(c, r));
                std::array<float, variants> sums {};
                for (int w = 0; w < tile_.u_planes(); ++w) {
                    if (tile_.component_of_u(w) != c) continue;
                    const int from = tile_.v_plane(c, r) + tile_.term_of_u(w) * tile_.v_term_planes();
                    for (int n = 0; n < variants; ++n)
                        sums[n] += dot(v[n].data() + from * ic, u[n].data() + w * ic, ic);
                }
                m[plane] = sums[exactly];
                for (int n = 0; n < variants; ++n) {
                    const double error = sums[n] - sums[exactly];
                    noise_[static_cast<std::size_t>(c)][n] += weight_ * gain_[plane] * error * error;
                }
            }
        for_each_output([&](int output) {
            double y = 0;
            for (int plane = 0; plane < tile_.m_planes(); ++plane)
                y += tile_.output(output, plane) * m[static_cast<std::size_t>(plane)];
            signal_ += weight_ * y * y;
        });
    }

    double share(int component, variant n) const {
        return signal_ > 0 ? noise_[static_cast<std::size_t>(component)][n] / signal_ : 0;
    }

private:
    // Of the power of errors in one plane, summed over all outputs.
    double gain_of(int plane) const {
        double gain = 0;
        for_each_output(
                [&](int output) { gain += tile_.output(output, plane) * tile_.output(output, plane); });
        return gain;
    }

    template <typename Do>
    void for_each_output(const Do &act) const {
        for (int row = 0; row < inside_.rows; ++row)
            for (int col = 0; col < inside_.cols; ++col) act(row * tile_.outputs.cols + col);
    }

    const bilinear_algorithm &tile_;
    grid_size inside_ {0, 0};
    double weight_ = 1;
    std::vector<double> gain_; // by plane of M
    std::vector<std::array<double, variants>> noise_;
    double signal_ = 0;
};

} // namespace

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

namespace {

// Some of the output channels, evenly: of how many, and which.
dim channels_looked_at(const problem &p) {
    return std::min(p.oc, most_channels);
}
dim channel_at(const problem &p, dim n) {
    return p.oc * n / channels_looked_at(p);
}

// Of one of the channels.
void transform_weights(
        channel_quantizer &channel, const problem &p, const std::vector<std::int8_t> &weights, dim oc) {
    const dim filter = p.group_ic() * p.taps();
    const std::vector<float> values(weights.begin() + oc * filter, weights.begin() + (oc + 1) * filter);
    channel.transform(values.data());
}

} // namespace

std::vector<double> noise_of_ranges(
        const bilinear_algorithm &t, const problem &p, const std::vector<std::int8_t> &weights) {
    const dim ic = p.group_ic();
    channel_quantizer channel(t, ic, round_up(ic, dim {16}));
    std::vector<double> power(static_cast<std::size_t>(t.components())); // of U
    for (dim n = 0; n < channels_looked_at(p); ++n) {
        transform_weights(channel, p, weights, channel_at(p, n));
        for (int plane = 0; plane < t.u_planes(); ++plane)
            for (dim i = 0; i < ic; ++i)
                power[static_cast<std::size_t>(t.component_of_u(plane))] +=
                        channel.u(plane)[i] * channel.u(plane)[i];
    }
    const std::vector<component_bounds> bounds = bounds_of(t, source_range(p));
    std::vector<double> noise(power.size());
    for (int c = 0; c < t.components(); ++c) {
        const auto index = static_cast<std::size_t>(c);
        double gain = 0;
        for (int r = 0; r < t.repeats(); ++r)
            for (int output = 0; output < t.outputs.count(); ++output)
                gain += t.output(output, t.m_plane(c, r)) * t.output(output, t.m_plane(c, r));
        // One-sided components have twice as many steps in their range.
        noise[index] = std::max(power[index], 1.) * gain / (bounds[index].is_one_sided ? 4 : 1);
    }
    return noise;
}

void measure_noise(
        tile_calibration &calibrated, const tile_samples &samples, const std::vector<std::int8_t> &weights) {
    const bilinear_algorithm &t = samples.tile();
    const problem &p = samples.layer();
    const value_range source = source_range(p);
    std::array<class_quantizer, variants> quantizers;
    quantizers[in_8_bits] = quantizer_for(calibrated, {}, source, narrow_limit);
    quantizers[in_7_bits] = quantizer_for(calibrated, {}, source, narrow_limit_without_dot_product);
    quantizers[in_16_bits] = quantizer_for(calibrated, all_components(t), source, narrow_limit);

    const dim ic = p.group_ic(), channels = channels_looked_at(p);
    channel_quantizer channel(t, ic, round_up(ic, dim {16}));
    measurement measured(t);
    std::vector<std::array<planes, variants>> u;
    for (dim n = 0; n < channels; ++n) {
        transform_weights(channel, p, weights, channel_at(p, n));
        u.push_back(variants_of(t, channel, ic));
    }
    for (const auto &[sample, weight] : samples.some(most_tiles)) {
        measured.look_at(sample->inside, weight);
        dim group = -1; // of v
        std::array<planes, variants> v;
        for (dim n = 0; n < channels; ++n) {
            if (const dim next = channel_at(p, n) / p.group_oc(); next != group)
                v = variants_of(samples, sample->v, group = next, quantizers);
            measured.add(v, u[static_cast<std::size_t>(n)], ic);
        }
    }
    for (int c = 0; c < t.components(); ++c) {
        component_calibration &component = calibrated.components[static_cast<std::size_t>(c)];
        component.noise_in_8_bits = measured.share(c, in_8_bits);
        component.noise_in_7_bits = measured.share(c, in_7_bits);
        component.noise_in_16_bits = measured.share(c, in_16_bits);
    }
}

} // namespace winodnn
