#include "winograd/plane_numbering.hpp"

#include <numeric>

namespace winodnn {

plane_numbering one_plane_a_component(int components) {
    std::vector<int> each(static_cast<std::size_t>(components));
    std::iota(each.begin(), each.end(), 0);
    plane_numbering planes;
    planes.component_of_v = planes.component_of_u = planes.component_of_m = planes.v = planes.m = each;
    planes.term_of_u.resize(each.size());
    return planes;
}

plane_numbering planes_of(const transform &rows, const transform &cols) {
    plane_numbering planes;
    planes.terms = rows.terms() * cols.terms();
    planes.repeats = rows.repeats() * cols.repeats();
    planes.v_term_planes = rows.terms() > 1 ? cols.inputs() : 1;
    // Along a direct dimension the component is 0, along the other one the term and the repeat are.
    const auto components_of = [&](int height, int width) {
        std::vector<int> found;
        for (int row = 0; row < height; ++row)
            for (int col = 0; col < width; ++col)
                found.push_back((rows.direct ? 0 : row) * cols.components() + (cols.direct ? 0 : col));
        return found;
    };
    planes.component_of_v = components_of(rows.inputs(), cols.inputs());
    planes.component_of_u = components_of(rows.weights.rows(), cols.weights.rows());
    planes.component_of_m = components_of(rows.output.cols(), cols.output.cols());
    for (int row = 0; row < rows.weights.rows(); ++row)
        for (int col = 0; col < cols.weights.rows(); ++col)
            planes.term_of_u.push_back((rows.direct ? row : 0) * cols.terms() + (cols.direct ? col : 0));
    for (int c = 0; c < rows.components() * cols.components(); ++c)
        for (int r = 0; r < planes.repeats; ++r) {
            const int row = c / cols.components() + r / cols.repeats();
            const int col = c % cols.components() + r % cols.repeats();
            planes.v.push_back(row * cols.inputs() + col);
            planes.m.push_back(row * cols.output.cols() + col);
        }
    return planes;
}

} // namespace winodnn
