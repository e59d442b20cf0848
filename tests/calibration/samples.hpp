// A layer with activations like those of a network: smooth, most of them positive, through a relu.
#pragma once

#include "calibration/observer.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace winodnn::testing {

struct layer_samples {
    layer_samples(dim mb, dim ic, dim pixels, dim oc, dim kh, dim kw, data_type src = data_type::u8) {
        p.mb = mb;
        p.ic = ic;
        p.oc = oc;
        p.ih = p.iw = p.oh = p.ow = pixels;
        p.kh = kh;
        p.kw = kw;
        p.pad_t = p.pad_b = kh / 2;
        p.pad_l = p.pad_r = kw / 2;
        p.src = src;
        p.dst = data_type::f32;
        std::mt19937 random(7);
        const auto even = [&] { return static_cast<double>(random() % 10001) / 5000 - 1; };
        source.resize(static_cast<std::size_t>(p.src_extent()));
        for (dim n = 0; n < mb; ++n)
            for (dim c = 0; c < ic; ++c) {
                const double fh = 0.9 * even(), fw = 0.9 * even(), phase = 3 * even(),
                             height = 60 + 50 * even();
                for (dim h = 0; h < pixels; ++h)
                    for (dim w = 0; w < pixels; ++w) {
                        const double value = height
                                                     * (std::sin(fh * static_cast<double>(h) + phase)
                                                             + std::cos(fw * static_cast<double>(w)))
                                             + 9 * even();
                        const double lowest = src == data_type::u8 ? 0 : -128, highest = lowest + 255;
                        source[static_cast<std::size_t>(((n * pixels + h) * pixels + w) * ic + c)] =
                                static_cast<std::uint8_t>(
                                        static_cast<int>(std::clamp(value, lowest, highest)));
                    }
            }
        weights.resize(static_cast<std::size_t>(oc * ic * p.taps()));
        for (auto &w : weights) w = static_cast<std::int8_t>(60 * even() * even());
    }

    layer_calibration observed(scale_choice choice) const {
        observer o(p, key_of(p, 42), weights);
        o.observe(p, source.data());
        return o.finish(choice);
    }

    problem p;
    std::vector<std::uint8_t> source;
    std::vector<std::int8_t> weights;
};

} // namespace winodnn::testing
