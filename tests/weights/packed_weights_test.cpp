#include "weights/packed_weights.hpp"

#include "support/filter.hpp"
#include "support/thread_team.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace winodnn {
namespace {

struct packed {
    explicit packed(const weights_layout &l, int offset = 0)
        : layout(l), weights(static_cast<std::size_t>(l.group_count() * l.oc * l.ic * l.taps())),
          storage(l.bytes() + 64), block(storage.data() + offset) {
        std::mt19937 random(1);
        for (auto &w : weights) w = static_cast<std::int8_t>(random());
        pack_weights(layout, weights.data(), block, testing::std_threads(2));
    }
    weights_layout layout;
    std::vector<std::int8_t> weights;
    std::vector<std::byte> storage;
    std::byte *block;
};

std::optional<refusal_reason> reason_of(const expected<packed_block> &checked) {
    if (checked) return {};
    return checked.error().reason();
}

TEST(packed_weights, unpack_to_what_was_packed) {
    for (const tile_id tile : all_tiles())
        for (const int lanes : {8, 16})
            for (const auto &[ic, oc] : {std::pair<dim, dim> {16, 16}, {17, 19}, {33, 65}, {100, 130}}) {
                const packed p({tile, lanes, {0, 255}, ic, oc});
                EXPECT_TRUE(check_block(p.layout, p.block).has_value());
                std::vector<std::int8_t> back(p.weights.size());
                unpack_weights(p.layout, check_block(p.layout, p.block).value(), back.data(),
                        testing::std_threads(2));
                EXPECT_EQ(back, p.weights);
            }
}

TEST(packed_weights, groups_are_blocks_of_their_own) {
    const weights_layout layout {tile_id::f4x4, 16, {0, 255}, 17, 19, 3};
    packed p(layout);
    EXPECT_TRUE(check_block(layout, p.block).has_value());
    std::vector<std::int8_t> back(p.weights.size());
    unpack_weights(layout, check_block(layout, p.block).value(), back.data(), testing::std_threads(2));
    EXPECT_EQ(back, p.weights);
    weights_layout single = layout;
    single.groups = 0;
    for (dim g = 0; g < 3; ++g) {
        const void *group = packed_group(layout, p.block, g);
        std::vector<std::byte> alone(single.bytes());
        pack_weights(single, p.weights.data() + g * 19 * 17 * 9, alone.data(), testing::std_threads(2));
        EXPECT_EQ(std::memcmp(group, alone.data(), single.bytes()), 0) << "group " << g;
        auto *corrupt = static_cast<std::byte *>(const_cast<void *>(group)) + single.bytes() - 1;
        *corrupt ^= std::byte {1};
        EXPECT_FALSE(check_block(layout, p.block).has_value()) << "group " << g;
        *corrupt ^= std::byte {1};
    }
    const std::uint64_t before = check_block(layout, p.block)->content;
    std::swap_ranges(p.weights.begin(), p.weights.begin() + 19 * 17 * 9, p.weights.begin() + 19 * 17 * 9);
    pack_weights(layout, p.weights.data(), p.block, testing::std_threads(2));
    EXPECT_NE(check_block(layout, p.block)->content, before) << "of groups in another order";
}

// The layout that the multiply kernel reads, spelled out once more.
TEST(packed_weights, payload_is_where_the_kernel_reads) {
    for (const tile_id tile : all_tiles())
        for (const int lanes : {8, 16}) {
            const packed p({tile, lanes, {0, 255}, 19, 90});
            const winodnn::tile &t = tile_of(tile);
            // The plane of a component's term.
            const auto plane_of = [&t](int component, int term) {
                int plane = 0;
                while (t.component_of_u(plane) != component || t.term_of_u(plane) != term) ++plane;
                return plane;
            };
            std::vector<std::vector<std::int16_t>> filters; // [oc][ic]
            for (dim filter = 0; filter < 90 * 19; ++filter)
                filters.push_back(testing::transformed(t, weights_transform_of(p.layout.tile),
                        &p.weights[static_cast<std::size_t>(filter * t.taps.count())]));
            const std::byte *read = packed_payload(p.layout, p.block);
            const dim padded_ic = 24, padded_oc = 96, slice = lanes == 16 ? 64 : 16;
            for (dim block = 0; block < padded_oc; block += 64)
                for (int c = 0; c < t.components(); ++c)
                    for (dim first = block; first < std::min(block + 64, padded_oc); first += slice)
                        for (int term = 0; term < t.terms(); ++term) {
                            const auto plane = static_cast<std::size_t>(plane_of(c, term));
                            for (dim ic = 0; ic < padded_ic; ic += 2)
                                for (dim oc = first; oc < std::min(first + slice, padded_oc); ++oc)
                                    for (dim odd : {0, 1}) {
                                        std::int16_t value, u = 0;
                                        if (oc < 90 && ic + odd < 19)
                                            u = filters[static_cast<std::size_t>(oc * 19 + ic + odd)][plane];
                                        std::memcpy(&value, read, 2);
                                        read += 2;
                                        ASSERT_EQ(value, u) << t.name << " oc " << oc << " ic " << ic
                                                            << " component " << c;
                                    }
                        }
        }
}

TEST(packed_weights, work_at_any_alignment) {
    const packed aligned({tile_id::f4x4, 16, {0, 255}, 17, 17}),
            odd({tile_id::f4x4, 16, {0, 255}, 17, 17}, 3);
    EXPECT_TRUE(check_block(odd.layout, odd.block).has_value());
    EXPECT_EQ(std::memcmp(aligned.block, odd.block, aligned.layout.bytes()), 0);
}

TEST(packed_weights, other_blocks_are_refused) {
    const packed p({tile_id::f4x4, 16, {0, 255}, 32, 32});
    for (const weights_layout &other : {weights_layout {tile_id::f2x2, 16, {0, 255}, 32, 32},
                 {tile_id::f4x4, 8, {0, 255}, 32, 32}, {tile_id::f4x4, 16, {-128, 127}, 32, 32},
                 {tile_id::f4x4, 16, {0, 255}, 31, 32}, {tile_id::f4x4, 16, {0, 255}, 32, 31}})
        EXPECT_EQ(reason_of(check_header(other, p.block)), refusal_reason::foreign_weights);
    const std::vector<std::byte> zeros(p.layout.bytes());
    EXPECT_EQ(reason_of(check_header(p.layout, zeros.data())), refusal_reason::foreign_weights);
}

// Any single flipped bit is noticed.
TEST(packed_weights, corruption_is_noticed) {
    packed p({tile_id::f2x2, 8, {0, 255}, 16, 16});
    for (std::size_t byte = 0; byte < p.layout.bytes(); ++byte) {
        p.block[byte] ^= std::byte {1} << (byte % 8);
        EXPECT_FALSE(check_block(p.layout, p.block).has_value()) << "byte " << byte;
        if (byte < p.layout.header_bytes()) {
            EXPECT_FALSE(check_header(p.layout, p.block).has_value()) << "byte " << byte;
        }
        p.block[byte] ^= std::byte {1} << (byte % 8);
    }
    EXPECT_TRUE(check_block(p.layout, p.block).has_value());
}

// What was found to be intact is not read again; what is there in its place is.
TEST(packed_weights, that_are_read_again_and_again) {
    packed p({tile_id::f4x4, 16, {0, 255}, 32, 32});
    const block_reader reader(p.layout);
    std::byte &last = p.block[p.layout.header_bytes() + p.layout.used_bytes(exact) - 1];
    last ^= std::byte {1};
    EXPECT_EQ(reason_of(reader.check(p.block)), refusal_reason::corrupt_weights);
    EXPECT_EQ(reason_of(reader.check(p.block)), refusal_reason::corrupt_weights);
    last ^= std::byte {1};
    EXPECT_TRUE(reader.check(p.block).has_value());
    last ^= std::byte {1};
    EXPECT_TRUE(reader.check(p.block).has_value()) << "the payload was read again";
    // At another place it was not seen; nor are other weights at this one.
    const std::vector<std::byte> copy(p.block, p.block + p.layout.bytes());
    EXPECT_EQ(reason_of(reader.check(copy.data())), refusal_reason::corrupt_weights);
    p.weights[5] ^= 1;
    pack_weights(p.layout, p.weights.data(), p.block, testing::std_threads(2));
    last ^= std::byte {1};
    EXPECT_EQ(reason_of(reader.check(p.block)), refusal_reason::corrupt_weights);
    last ^= std::byte {1};
    EXPECT_EQ(reader.check(p.block).value().identity, identity_of(p.layout, p.weights.data()));
    p.block[0] ^= std::byte {1}; // headers are read each time
    EXPECT_EQ(reason_of(reader.check(p.block)), refusal_reason::foreign_weights);
}

} // namespace
} // namespace winodnn
