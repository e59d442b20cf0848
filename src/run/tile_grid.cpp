#include "run/tile_grid.hpp"

#include <algorithm>

namespace winodnn {

namespace {

tile_axis make_axis(dim in, dim out, dim pad, const transform &t) {
    tile_axis axis;
    for (dim first = 0; first < out; first += t.outputs()) {
        const dim origin = first - pad;
        const auto inside = [&](dim pixel) {
            return static_cast<int>(std::clamp<dim>(pixel - origin, 0, t.inputs()));
        };
        const tile_axis::kind kind {
                {inside(0), inside(in)}, static_cast<int>(std::min<dim>(out - first, t.outputs()))};
        auto known = std::find(axis.kinds.begin(), axis.kinds.end(), kind);
        axis.kind_of.push_back(static_cast<int>(known - axis.kinds.begin()));
        if (known == axis.kinds.end()) axis.kinds.push_back(kind);
    }
    return axis;
}

} // namespace

tile_grid::position tile_grid::at(dim index) const {
    const dim per_image = rows.count() * cols.count();
    return {index / per_image, index % per_image / cols.count(), index % cols.count()};
}

void tile_grid::advance(position &p) const {
    if (++p.col < cols.count()) return;
    p.col = 0;
    if (++p.row < rows.count()) return;
    p.row = 0;
    ++p.n;
}

tile_grid make_grid(const problem &p, const tile &t) {
    return {p.mb, make_axis(p.ih, p.oh, p.pad_t, t.rows), make_axis(p.iw, p.ow, p.pad_l, t.cols)};
}

} // namespace winodnn
