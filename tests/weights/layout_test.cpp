#include "weights/weights_layout.hpp"

#include <gtest/gtest.h>

#include <set>

namespace winodnn {
namespace {

const value_range sources[] = {{0, 255}, {-128, 127}, {-255, 255}};

std::optional<weights_layout> recovered(const std::vector<dim> &dims, const std::vector<dim> &strides) {
    return layout_of(dims, strides);
}

TEST(weights_layout, is_recovered_from_the_strides_and_from_nothing_else) {
    for (const dim ic : {16, 17, 31, 64, 100, 512, 2048})
        for (const dim oc : {16, 19, 33, 64, 65, 512, 4096}) {
            std::set<std::tuple<int, int, dim>> seen;
            for (const tile_id tile : all_tiles())
                for (const int lanes : {8, 16})
                    for (const value_range source : sources) {
                        for (const int limit : {0, narrow_limit, narrow_limit_without_dot_product}) {
                            const weights_layout of_limit {tile, lanes, source, ic, oc, 0, limit};
                            EXPECT_EQ(recovered(dims_of(of_limit), strides_of(of_limit)), of_limit);
                            EXPECT_TRUE(seen.insert({of_limit.shape().taps.rows, of_limit.shape().taps.cols,
                                                            strides_of(of_limit)[0]})
                                                .second)
                                    << "two layouts look alike";
                        }
                        const weights_layout layout {tile, lanes, source, ic, oc};
                        const auto strides = strides_of(layout);
                        EXPECT_EQ(recovered(dims_of(layout), strides), layout);
                        EXPECT_FALSE(recovered({oc, ic, 3, 3}, {strides[0] + 1000 * 256, 15, 5, 1}));
                        EXPECT_FALSE(recovered({oc, ic, 3, 3}, {strides[0], 9, 3, 1}));
                        EXPECT_FALSE(recovered({oc, ic, 1, 1}, strides));
                        for (const dim groups : {1, 2, 7}) {
                            const weights_layout grouped {tile, lanes, source, ic, oc, groups};
                            EXPECT_EQ(recovered(dims_of(grouped), strides_of(grouped)), grouped);
                            EXPECT_FALSE(recovered({groups + 1, oc, ic, 3, 3},
                                    {strides_of(grouped)[0] + 64, strides[0], 15, 5, 1}));
                        }
                    }
        }
}

TEST(weights_layout, the_desc_covers_the_block_and_its_strides_nest) {
    for (const dim ic : {16, 17, 1000})
        for (const dim oc : {16, 1000})
            for (const tile_id tile : all_tiles()) {
                const weights_layout layout {tile, 16, {0, 255}, ic, oc};
                const auto strides = strides_of(layout);
                EXPECT_GE(strides[0] * oc, static_cast<dim>(layout.bytes()));
                EXPECT_GE(strides[0], ic * strides[1]);
                EXPECT_GE(strides[1], layout.shape().taps.rows * strides[2]);
                EXPECT_GE(strides[2], layout.shape().taps.cols * strides[3]);

                const weights_layout grouped {tile, 16, {0, 255}, ic, oc, 3};
                EXPECT_GE(strides_of(grouped)[0] * 3, static_cast<dim>(grouped.bytes()));
                EXPECT_GE(strides_of(grouped)[0], oc * strides_of(grouped)[1]);
            }
}

// The memory that programs allocate.
TEST(weights_layout, the_desc_is_hardly_larger_than_the_block) {
    for (const dim ic : {16, 17, 64, 1000})
        for (const dim oc : {16, 64, 1000})
            for (const tile_id tile : all_tiles())
                for (const int limit : {0, narrow_limit}) {
                    const weights_layout layout {tile, 16, {0, 255}, ic, oc, 0, limit};
                    const dim of_block = (static_cast<dim>(layout.bytes()) + oc - 1) / oc;
                    const dim of_inner_strides = (strides_of(layout)[1] + 1) * ic; // that none overlap
                    EXPECT_LT(strides_of(layout)[0], std::max(of_block, of_inner_strides) + 512)
                            << tile_of(tile).name;
                }
}

TEST(weights_layout, plain_tensors_are_none_of_ours) {
    EXPECT_FALSE(recovered({64, 64, 3, 3}, {64 * 9, 9, 3, 1}));
    EXPECT_FALSE(recovered({64, 64, 3, 3}, {1, 64, 64 * 64 * 3, 64 * 64}));
    EXPECT_FALSE(recovered({64, 64, 3, 3}, {64 * 15, 15, 5, 1})); // the inside of a 3 x 5 kernel
    EXPECT_FALSE(recovered({0, 64, 3, 3}, {64 * 15, 15, 5, 1}));
    EXPECT_FALSE(recovered({64, 64, 5, 5}, {64 * 25, 25, 5, 1}));
    EXPECT_FALSE(recovered({64, 64, 5, 5}, {64 * 35, 35, 7, 1})); // the inside of a 5 x 7 kernel
}

// Descs are anybody's: sizes that no memory has, codes that nothing has.
TEST(weights_layout, absurd_sizes_and_codes_are_none_of_ours) {
    const dim huge = dim {1} << 62;
    const std::vector<dim> absurd = {huge, huge - 1, dim {1} << 45, INT64_MIN, INT64_MAX, -1};
    for (const dim ic : absurd)
        for (const dim oc : absurd)
            for (dim code = 1; code < 512; code += 17) {
                EXPECT_FALSE(recovered({oc, ic, 3, 3}, {huge + code, 15, 5, 1}));
                EXPECT_FALSE(recovered({oc, oc, ic, 3, 3}, {huge, huge + code, 15, 5, 1}));
            }
    for (const dim stride : absurd) EXPECT_FALSE(recovered({64, 64, 3, 3}, {stride, 15, 5, 1}));
    for (dim low = 0; low < 512; ++low) EXPECT_FALSE(recovered({64, 64, 3, 3}, {-512 + low, 15, 5, 1}));
}

// The glance must not miss any, whatever follows in the list.
TEST(weights_layout, packed_marks_are_seen_at_a_glance) {
    for (const tile_id tile : all_tiles())
        for (const dim groups : {0, 3}) {
            std::vector<dim> strides = strides_of(weights_layout {tile, 16, {0, 255}, 16, 16, groups});
            strides.resize(12);
            EXPECT_TRUE(has_packed_marks(strides.data()));
        }
    EXPECT_FALSE(has_packed_marks(std::vector<dim> {64 * 9, 9, 3, 1, 0}.data()));
    EXPECT_FALSE(has_packed_marks(std::vector<dim> {64 * 64 * 9, 64 * 9, 9, 3, 1}.data()));
}

} // namespace
} // namespace winodnn
