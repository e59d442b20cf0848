#include "calibration/sampled_weights.hpp"

#include "problem/rounding.hpp"
#include "weights/channel_quantizer.hpp"

#include <algorithm>

namespace winodnn {

sampled_weights::sampled_weights(
        const bilinear_algorithm &t, const problem &p, const std::vector<std::int8_t> &weights)
    : tile_(t), ic_(p.group_ic()) {
    constexpr dim most_channels = 32;
    const dim count = std::min(p.oc, most_channels), filter = ic_ * p.taps();
    channel_quantizer quantizer(t, ic_, round_up(ic_, dim {16}));
    for (dim n = 0; n < count; ++n) {
        const dim oc = p.oc * n / count;
        const std::vector<float> values(weights.begin() + oc * filter, weights.begin() + (oc + 1) * filter);
        quantizer.transform(values.data());
        channel &made = channels_.emplace_back(channel {oc / p.group_oc(), {}, {}, {}});
        for (int plane = 0; plane < t.u_planes(); ++plane) {
            const int c = t.component_of_u(plane);
            const float narrow = quantizer.scale(c, false), wide = quantizer.scale(c, true);
            for (dim i = 0; i < ic_; ++i) {
                const float u = quantizer.u(plane)[i];
                const auto steps = [u](float scale, bool is_wide) {
                    return static_cast<float>(channel_quantizer::quantized(u, scale, is_wide));
                };
                made.exact.push_back(u);
                made.in_8_bits.push_back(narrow * steps(narrow, false));
                made.in_16_bits.push_back(wide * steps(wide, true));
            }
        }
    }
}

std::vector<double> sampled_weights::powers() const {
    std::vector<double> powers(static_cast<std::size_t>(tile_.components()));
    for (const channel &u : channels_)
        for (int plane = 0; plane < tile_.u_planes(); ++plane)
            for (dim i = 0; i < ic_; ++i) {
                const double value = u.exact[static_cast<std::size_t>(plane * ic_ + i)];
                powers[static_cast<std::size_t>(tile_.component_of_u(plane))] += value * value;
            }
    return powers;
}

} // namespace winodnn
