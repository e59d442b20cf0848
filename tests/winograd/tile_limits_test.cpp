// Tiles that something has no room for.
#include "winograd/tile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace winodnn {
namespace {

transform winograd(int finite_points, int taps) {
    const std::vector<rational> points {0, 1, -1, 2, -2, rational(1, 2), rational(-1, 2), 3};
    return make_transform(std::span(points).first(static_cast<std::size_t>(finite_points)), taps);
}

std::string limit_of(const tile &t) {
    const char *limit = exceeded_limit(t);
    return limit == nullptr ? "" : limit;
}

TEST(tile_limits, none_of_the_tables_exceeds_them) {
    EXPECT_EQ(all_tiles().size(), static_cast<std::size_t>(number_of_tiles));
    for (const tile_id id : all_tiles()) EXPECT_EQ(limit_of(tile_of(id)), "") << tile_of(id).name;
}

TEST(tile_limits, are_named_one_by_one) {
    const transform one = make_direct(1, 1), f4 = winograd(5, 3);
    EXPECT_EQ(limit_of({"taps along", make_direct(1, 4), one}), "more taps than weights are packed with");
    EXPECT_EQ(limit_of({"components", winograd(8, 3), winograd(8, 3)}),
            "more components than a component_set has bits");
    EXPECT_EQ(limit_of({"planes", winograd(6, 3), winograd(6, 3)}),
            "more planes than displacements and buffers are made for");
    EXPECT_EQ(limit_of({"repeats", make_direct(8, 1), f4}),
            "more planes than displacements and buffers are made for");
    EXPECT_EQ(limit_of({"inputs", one, winograd(6, 3)}), "more inputs along a dimension than patches have");
    tile t {"scale", f4, f4};
    EXPECT_EQ(limit_of(t), "");
    t.rows.scale = t.cols.scale = 3 << 16;
    EXPECT_EQ(limit_of(t), "a scale that is not undone modulo 2^32");
    t.rows.scale = t.cols.scale = 1 << 5;
    EXPECT_EQ(limit_of(t), "a bound on accumulators that eight channels can exceed");
    t.cols.scale = 1 << 4;
    EXPECT_EQ(limit_of(t), "");
}

} // namespace
} // namespace winodnn
