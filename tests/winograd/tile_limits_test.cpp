// Tiles that something has no room for.
#include "winograd/toom_cook.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace winodnn {
namespace {

transform winograd(int finite_points, int taps) {
    const std::vector<rational> points {0, 1, -1, 2, -2, rational(1, 2), rational(-1, 2), 3};
    return make_transform(std::span(points).first(static_cast<std::size_t>(finite_points)), taps);
}

std::string limit_of(const bilinear_algorithm &t) {
    const char *limit = exceeded_limit(t);
    return limit == nullptr ? "" : limit;
}

TEST(tile_limits, none_of_the_tables_exceeds_them) {
    EXPECT_EQ(all_tiles().size(), static_cast<std::size_t>(number_of_tiles));
    for (const tile_id id : all_tiles()) EXPECT_EQ(limit_of(tile_of(id)), "") << tile_of(id).name;
}

TEST(tile_limits, are_named_one_by_one) {
    const transform one = make_direct(1, 1), f4 = winograd(5, 3);
    EXPECT_EQ(limit_of(make_toom_cook(make_direct(1, 6), one)), "more taps than weights are packed with");
    bilinear_algorithm many = make_toom_cook(one, one);
    many.planes = one_plane_a_component(193);
    EXPECT_EQ(limit_of(many), "more components than a component_set has bits");
    many.planes = one_plane_a_component(133);
    many.output = int_matrix(1, 133);
    EXPECT_EQ(limit_of(many), "more planes than displacements and buffers are made for");
    EXPECT_EQ(limit_of(make_toom_cook(make_direct(23, 1), f4)),
            "more planes than displacements and buffers are made for");
    EXPECT_EQ(limit_of(make_toom_cook(one, winograd(8, 3))),
            "more inputs along a dimension than kernels reach");
    bilinear_algorithm t = make_toom_cook(f4, f4);
    EXPECT_EQ(limit_of(t), "");
    t.factor = 0;
    EXPECT_EQ(limit_of(t), "a factor that is not undone modulo 2^32");
    t.factor = 1 << 9;
    EXPECT_EQ(limit_of(t), "a bound on accumulators that eight channels can exceed");
    t.factor = 1 << 8;
    EXPECT_EQ(limit_of(t), "");
}

} // namespace
} // namespace winodnn
