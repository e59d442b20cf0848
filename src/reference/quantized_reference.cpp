#include "reference/quantized_reference.hpp"

#include "problem/data_type.hpp"
#include "problem/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace winodnn {
namespace {

// Source pixels of one tile and channel, minus the zero point; 0 outside the image.
int_matrix patch(const problem &p, const bilinear_algorithm &t, const void *src, dim n, dim y, dim x, dim ic,
        int zero_point) {
    const nhwc_strides s = p.src_strides();
    int_matrix d(t.inputs().rows, t.inputs().cols);
    for (int r = 0; r < d.rows(); ++r)
        for (int c = 0; c < d.cols(); ++c) {
            const dim h = y + r * p.dilation_h, w = x + c * p.dilation_w;
            if (h < 0 || h >= p.ih || w < 0 || w >= p.iw) continue;
            d(r, c) = int(read_value(p.src, src, n * s.n + h * s.h + w * s.w + ic)) - zero_point;
        }
    return d;
}

int transformed(const bilinear_algorithm &t, const int_matrix &d, int plane) {
    int sum = 0;
    for (int r = 0; r < d.rows(); ++r)
        for (int c = 0; c < d.cols(); ++c) sum += t.input(plane, r * d.cols() + c) * d(r, c);
    return sum;
}

// Tiles of one class: the pieces as a tile of its own, whose weights are some of the whole one's.
class tile_reference {
public:
    tile_reference(const problem &p, const tile &whole, const tile_piece &piece, const number_system &numbers,
            const class_quantizer &quantizer, const quantized_filters &filters)
        : p_(p), whole_(whole), t_(piece), numbers_(numbers), quantizer_(quantizer), filters_(filters) {}

    // Of all channels of one group.
    void transform(const void *src, dim n, dim y, dim x, dim group, const std::vector<int> &zero_points) {
        v_.assign(std::size_t(t_.v_planes() * p_.group_ic()), 0);
        int filled = 0;
        for (dim ic = 0; ic < p_.group_ic(); ++ic) {
            const dim channel = group * p_.group_ic() + ic;
            const int_matrix d = patch(p_, t_, src, n, y, x, channel, zero_points[std::size_t(channel)]);
            for (int plane = 0; plane < t_.v_planes(); ++plane) {
                const int v = transformed(t_, d, plane);
                v_[std::size_t(plane * p_.group_ic() + ic)] = v;
                filled = std::max(filled, std::abs(scaled(v, quantizer_of(plane).share)));
            }
        }
        level_ = quantizer_.level_of(filled);
        for (dim ic = 0; ic < p_.group_ic(); ++ic)
            for (int plane = 0; plane < t_.v_planes(); ++plane) {
                const int component = of_whole(t_.component_of_v(plane));
                int &v = v_[std::size_t(plane * p_.group_ic() + ic)];
                if (numbers_.is_wide(component))
                    v = scaled(v, quantizer_of(plane).multipliers[0]);
                else
                    v = quantizer_.quantized(std::size_t(component), v, level_)
                        - quantizer_of(plane).zero_point;
            }
    }

    // By plane of M.
    std::vector<double> sums(dim oc) const {
        std::vector<double> result(std::size_t(t_.m_planes()));
        for (int c = 0; c < t_.components(); ++c)
            for (int r = 0; r < t_.repeats(); ++r) result[std::size_t(t_.m_plane(c, r))] = sum(oc, c, r);
        return result;
    }

    void output(const std::vector<double> &sums, int row, int col, double &y, double &magnitude) const {
        y = magnitude = 0;
        for (int plane = 0; plane < t_.m_planes(); ++plane) {
            const double term = t_.output(row * t_.outputs.cols + col, plane) * sums[std::size_t(plane)];
            y += term;
            magnitude += std::fabs(term);
        }
    }

private:
    int of_whole(int component) const { return t_.components_of_whole[std::size_t(component)]; }
    const component_quantizer &quantizer_of(int v_plane) const {
        return quantizer_.components[std::size_t(of_whole(t_.component_of_v(v_plane)))];
    }

    double sum(dim oc, int component, int repeat) const {
        std::int64_t m = 0;
        for (int w = 0; w < whole_.u_planes(); ++w) {
            if (whole_.component_of_u(w) != of_whole(component)) continue;
            const int v = t_.v_plane(component, repeat) + whole_.term_of_u(w) * t_.v_term_planes();
            const std::int32_t *u = &filters_.u[std::size_t((w * p_.oc + oc) * p_.group_ic())];
            for (dim ic = 0; ic < p_.group_ic(); ++ic)
                m += std::int64_t {v_[std::size_t(v * p_.group_ic() + ic)]} * u[ic];
        }
        if (m != std::int32_t(m)) throw std::overflow_error("a sum is outside s32");
        const auto c = std::size_t(of_whole(component));
        const float scale =
                quantizer_.components[c].step * filters_.scales[c * std::size_t(p_.oc) + std::size_t(oc)];
        const double step_at_level = numbers_.is_wide(int(c)) ? 1 : 1. / gain_of(level_);
        return double(m) * scale * step_at_level;
    }

    const problem &p_;
    const tile &whole_;
    const tile_piece &t_;
    const number_system &numbers_;
    const class_quantizer &quantizer_;
    int level_ = 0; // of the tile that is transformed
    const quantized_filters &filters_;
    std::vector<int> v_; // [plane][ic]
};

} // namespace

quantized_outputs reference_quantized(const problem &p, const tile &t, bool mixed,
        const number_system &numbers, const class_quantizers &quantizers, const void *src,
        const std::vector<int> &zero_points, const quantized_filters &filters) {
    const auto count = std::size_t(p.mb * p.oh * p.ow * p.oc);
    quantized_outputs result {std::vector<double>(count), std::vector<double>(count)};
    const cover rows = cover_of(t.row_pieces, p.rows(), !mixed),
                cols = cover_of(t.col_pieces, p.cols(), !mixed);
    const class_pieces pieces = pieces_of(t, rows, cols);
    const auto of_tile = [&](dim n, dim tile_row, dim tile_col, dim group) {
        const tile_class k = class_of(rows.is_small(tile_row), cols.is_small(tile_col));
        tile_reference at(p, t, *pieces[k], numbers, quantizers[k], filters);
        const dim y = rows.first_output(tile_row), x = cols.first_output(tile_col);
        at.transform(src, n, rows.first_input(tile_row), cols.first_input(tile_col), group, zero_points);
        for (dim oc = group * p.group_oc(); oc < (group + 1) * p.group_oc(); ++oc) {
            const std::vector<double> sums = at.sums(oc);
            for (int row = 0; row < rows.outputs_inside(tile_row); ++row)
                for (int col = 0; col < cols.outputs_inside(tile_col); ++col) {
                    const dim oh = y + row * p.dilation_h, ow = x + col * p.dilation_w;
                    const auto to = std::size_t(((n * p.oh + oh) * p.ow + ow) * p.oc + oc);
                    at.output(sums, row, col, result.y[to], result.magnitudes[to]);
                }
        }
    };
    for (dim n = 0; n < p.mb; ++n)
        for (dim row = 0; row < rows.count(); ++row)
            for (dim col = 0; col < cols.count(); ++col)
                for (dim group = 0; group < p.group_count(); ++group) of_tile(n, row, col, group);
    return result;
}

} // namespace winodnn
