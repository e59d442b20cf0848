#include "calibration/noise.hpp"

#include "winograd/quantizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace winodnn {

namespace {

constexpr std::size_t most_tiles = 48; // of each stratum

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

// 7 bits of V have 8 of U.
const planes &in(variant n, const sampled_weights::channel &u) {
    return n == exactly ? u.exact : n == in_16_bits ? u.in_16_bits : u.in_8_bits;
}

// Of the power of errors in one plane of M, summed over the outputs that are inside.
double gain_of(const bilinear_algorithm &t, int plane, const grid_size &inside) {
    double gain = 0;
    for (int row = 0; row < inside.rows; ++row)
        for (int col = 0; col < inside.cols; ++col) {
            const double factor = t.output(row * t.outputs.cols + col, plane);
            gain += factor * factor;
        }
    return gain;
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
        for (int plane = 0; plane < tile_.m_planes(); ++plane) gain_.push_back(gain_of(tile_, plane, inside));
    }

    void add(const std::array<planes, variants> &v, const sampled_weights::channel &u, dim ic) {
        std::vector<float> m(static_cast<std::size_t>(tile_.m_planes()));
        for (int c = 0; c < tile_.components(); ++c)
            for (int r = 0; r < tile_.repeats(); ++r) {
                const auto plane = static_cast<std::size_t>(tile_.m_plane(c, r));
                std::array<float, variants> sums {};
                for (int w = 0; w < tile_.u_planes(); ++w) {
                    if (tile_.component_of_u(w) != c) continue;
                    const int from = tile_.v_plane(c, r) + tile_.term_of_u(w) * tile_.v_term_planes();
                    for (int n = 0; n < variants; ++n)
                        sums[n] += dot(
                                v[n].data() + from * ic, in(static_cast<variant>(n), u).data() + w * ic, ic);
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

    // Where all outputs were 0 nothing is known of the noise: no target counts as met.
    double share(int component, variant n) const {
        return signal_ > 0 ? noise_[static_cast<std::size_t>(component)][n] / signal_ : 1;
    }

private:
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

std::vector<double> noise_of_ranges(const sampled_weights &weights, value_range source) {
    const bilinear_algorithm &t = weights.tile();
    const std::vector<component_bounds> bounds = bounds_of(t, source);
    std::vector<double> noise = weights.powers();
    for (int c = 0; c < t.components(); ++c) {
        const auto index = static_cast<std::size_t>(c);
        double gain = 0;
        for (int r = 0; r < t.repeats(); ++r) gain += gain_of(t, t.m_plane(c, r), t.outputs);
        // One-sided components have twice as many steps in their range.
        noise[index] = std::max(noise[index], 1.) * gain / (bounds[index].is_one_sided ? 4 : 1);
    }
    return noise;
}

void measure_noise(
        tile_calibration &calibrated, const tile_samples &samples, const sampled_weights &weights) {
    const bilinear_algorithm &t = samples.tile();
    const problem &p = samples.layer();
    const value_range source = source_range(p);
    std::array<class_quantizer, variants> quantizers;
    quantizers[in_8_bits] = quantizer_for(calibrated, {}, source, narrow_limit);
    quantizers[in_7_bits] = quantizer_for(calibrated, {}, source, narrow_limit_without_dot_product);
    quantizers[in_16_bits] = quantizer_for(calibrated, all_components(t), source, narrow_limit);

    measurement measured(t);
    for (const auto &[sample, weight] : samples.some(most_tiles)) {
        measured.look_at(sample->inside, weight);
        dim group = -1; // of v
        std::array<planes, variants> v;
        for (const sampled_weights::channel &u : weights.channels()) {
            if (u.group != group) v = variants_of(samples, sample->v, group = u.group, quantizers);
            measured.add(v, u, p.group_ic());
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
