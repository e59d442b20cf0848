#include "weights/quantized_weights.hpp"

#include "weights/slices.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace winodnn {

namespace {

constexpr float most_s8 = 127.f, most_s16 = 32767.f;

// To nearest, ties to even, for |x| < 2^22: compilers have vector code for this, but not for nearbyint on
// every x86.
float rounded(float x) {
    constexpr float magic = 0x1.8p23f;
    return (x + magic) - magic;
}

float clamped(float x, float limit) {
    return std::min(std::max(x, -limit), limit);
}

// What a thread needs for one output channel: values of all input channels side by side.
struct work_space {
    work_space(const tile &t, dim padded_ic)
        : filter(t.taps() * padded_ic), line(t.cols.taps() * padded_ic), u(t.u_planes() * padded_ic) {}

    std::vector<float> filter, line, u; // [tap][ic], [kw][ic], [plane][ic]
};

// One row of a matrix times rows of values.
void combine(const int_matrix &g, int row, const float *values, dim stride, dim count, float *sums) {
    std::fill_n(sums, count, 0.f);
    for (int k = 0; k < g.cols(); ++k) {
        const auto factor = static_cast<float>(g(row, k));
        if (factor == 0.f) continue;
        for (dim i = 0; i < count; ++i) sums[i] += factor * values[k * stride + i];
    }
}

void transform_channel(const weights_layout &l, const float *filters, work_space &space) {
    const tile &t = l.shape();
    const dim n = l.padded_ic();
    std::fill(space.filter.begin(), space.filter.end(), 0.f);
    for (dim ic = 0; ic < l.ic; ++ic)
        for (int tap = 0; tap < t.taps(); ++tap) space.filter[tap * n + ic] = filters[ic * t.taps() + tap];
    float *u = space.u.data();
    for (int i = 0; i < t.rows.weights.rows(); ++i) {
        for (int kw = 0; kw < t.cols.taps(); ++kw)
            combine(t.rows.weights, i, space.filter.data() + kw * n, t.cols.taps() * n, n,
                    space.line.data() + kw * n);
        for (int j = 0; j < t.cols.weights.rows(); ++j, u += n)
            combine(t.cols.weights, j, space.line.data(), n, n, u);
    }
}

// Of the planes of one component.
class component_values {
public:
    component_values(const tile &t, int component, const work_space &space, dim padded_ic)
        : space_(space), count_(padded_ic) {
        for (int plane = 0; plane < t.u_planes(); ++plane)
            if (t.component_of_u(plane) == component) planes_[size_++] = plane;
    }

    template <typename Work>
    void for_each_plane(const Work &work) const {
        for (int p = 0; p < size_; ++p) work(planes_[p], space_.u.data() + planes_[p] * count_);
    }

    float largest() const {
        float result = 0;
        for_each_plane([&](int, const float *u) {
            for (dim i = 0; i < count_; ++i) result = std::max(result, std::fabs(u[i]));
        });
        return result;
    }

    double sum_of_magnitudes() const {
        double result = 0;
        for_each_plane([&](int, const float *u) {
            for (dim i = 0; i < count_; ++i) result += std::fabs(u[i]);
        });
        return result;
    }

    double squared_error(float scale) const {
        std::array<float, 8> lanes {}; // padded_ic is a multiple of 16
        const float inverse = 1.f / scale;
        for_each_plane([&](int, const float *u) {
            for (dim i = 0; i < count_; i += std::ssize(lanes))
                for (dim l = 0; l < std::ssize(lanes); ++l) {
                    const float error = u[i + l] - scale * rounded(clamped(u[i + l] * inverse, most_s8));
                    lanes[l] += error * error;
                }
        });
        double sum = 0;
        for (const float lane : lanes) sum += lane;
        return sum;
    }

    dim terms() const { return size_; }

private:
    const work_space &space_;
    dim count_;
    std::array<int, most_taps> planes_ {};
    int size_ = 0;
};

float narrow_scale(const component_values &values) {
    const float largest = values.largest();
    if (largest == 0.f) return 1.f;
    float best = largest / most_s8;
    double least = values.squared_error(best);
    for (int step = 1; step <= 7; ++step) {
        const float scale = largest / most_s8 * (1.f - 0.05f * static_cast<float>(step));
        const double error = values.squared_error(scale);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

// |q| <= |u| / scale + 1/2, hence sum |q| <= sum |u| / scale + n / 2, which may be (2^31 - 1) / wide_limit.
float wide_scale(const component_values &values, dim ic) {
    const float largest = values.largest();
    if (largest == 0.f) return 1.f;
    const double most_sum = 2147483647.0 / wide_limit - 0.5 * static_cast<double>(ic * values.terms()) - 1;
    return static_cast<float>(std::max(
            static_cast<double>(largest / most_s16), 1.0001 * values.sum_of_magnitudes() / most_sum));
}

class group_packer {
public:
    group_packer(
            const weights_layout &l, const number_system &numbers, const float *weights, std::byte *payload)
        : l_(l), numbers_(numbers), weights_(weights), payload_(payload) {}

    void pack_slice(const slice_of_oc &s, work_space &space) const {
        const tile &t = l_.shape();
        for (dim oc = s.begin; oc < s.begin + s.width; ++oc) {
            if (oc < s.end)
                transform_channel(l_, weights_ + oc * l_.ic * t.taps(), space);
            else
                std::fill(space.u.begin(), space.u.end(), 0.f);
            for (int c = 0; c < t.components(); ++c) quantize(s, oc, c, space);
        }
    }

private:
    void quantize(const slice_of_oc &s, dim oc, int component, const work_space &space) const {
        const tile &t = l_.shape();
        const component_values values(t, component, space, l_.padded_ic());
        const bool wide = numbers_.is_wide(component);
        const float scale = wide ? wide_scale(values, l_.ic) : narrow_scale(values);
        const float inverse = 1.f / scale, limit = wide ? most_s16 : most_s8;
        const dim bytes = numbers_.bytes(component), together = 4 / bytes;
        std::int32_t sum = 0;
        values.for_each_plane([&](int plane, const float *u) {
            std::byte *to = payload_ + s.plane_offsets[plane] + (oc - s.begin) * 4;
            for (dim ic = 0; ic < l_.padded_ic(); ++ic) {
                const auto q = static_cast<std::int32_t>(rounded(clamped(u[ic] * inverse, limit)));
                std::memcpy(to + ic / together * s.width * 4 + ic % together * bytes, &q,
                        static_cast<std::size_t>(bytes)); // little-endian, as every x86
                sum += q;
            }
        });
        const auto d = static_cast<float>(t.rows.scale) * static_cast<float>(t.cols.scale);
        const float part_of_y = scale / d;
        const dim at = (component * l_.padded_oc() + oc) * 4;
        std::memcpy(payload_ + l_.scales_offset(numbers_) + at, &part_of_y, sizeof(part_of_y));
        std::memcpy(payload_ + l_.sums_offset(numbers_) + at, &sum, sizeof(sum));
    }

    const weights_layout &l_;
    const number_system numbers_;
    const float *weights_;
    std::byte *payload_;
};

} // namespace

void pack_quantized_weights(const weights_layout &layout, component_set wide, const float *weights,
        const std::int8_t *plain, void *block, const thread_team &team) {
    const number_system numbers {true, wide};
    const dim count = layout.filters() * layout.taps();
    const std::uint32_t end = static_cast<std::uint32_t>(layout.padded_ic());
    std::vector<work_space> spaces(
            static_cast<std::size_t>(team.size()), work_space(layout.shape(), layout.padded_ic()));
    for (dim g = 0; g < layout.group_count(); ++g) {
        std::byte *group = static_cast<std::byte *>(block) + g * static_cast<dim>(layout.group_stride());
        std::byte *payload = group + layout.header_bytes();
        const group_packer packer(layout, numbers, weights + g * count, payload);
        for_each_slice(layout, numbers, team, [&](const slice_of_oc &s, int part) {
            packer.pack_slice(s, spaces[static_cast<std::size_t>(part)]);
        });
        const dim rest = layout.plain_offset(numbers) + count;
        std::memset(payload + rest, 0, layout.used_bytes(numbers) - static_cast<std::size_t>(rest));
        std::memcpy(payload + rest - count, plain + g * count, static_cast<std::size_t>(count));
        write_header(layout, numbers, plain + g * count, {&end, 1}, group);
    }
}

} // namespace winodnn
