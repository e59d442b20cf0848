// The transformed weights of one output channel, and their quantization.
#pragma once

#include "problem/problem.hpp"
#include "winograd/number_system.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace winodnn {

class channel_quantizer {
public:
    // padded_ic: ic and channels of zeros, a multiple of 16.
    channel_quantizer(const bilinear_algorithm &t, dim ic, dim padded_ic);

    // filters: [ic][kh][kw], in f32.
    void transform(const float *filters);
    void clear();

    const float *u(int plane) const { return u_.data() + plane * padded_ic_; }
    // What one step of the component's U is, in units of u: quantized_weights.hpp says how it is chosen.
    float scale(int component, bool wide) const;
    static std::int32_t quantized(float u, float scale, bool wide);

private:
    float largest(int component) const;
    double sum_of_magnitudes(int component) const;
    double squared_error(int component, float scale) const;
    float narrow_scale(int component) const;
    float wide_scale(int component) const;
    template <typename Visit>
    void for_each_plane(int component, const Visit &visit) const;

    const bilinear_algorithm *tile_;
    dim ic_, padded_ic_;
    std::vector<float> filter_, u_; // [tap][ic], [plane][ic]
};

} // namespace winodnn
