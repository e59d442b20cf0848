#include "jit/input_transform/input_transform.hpp"

#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"

#include <random>
#include <vector>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(input_transform);

struct sample {
    tile_id tile;
    data_type src;
    bool zero_point;
    int channels;
    jit::extent rows, cols;
};

// One tile cut out of an image that holds just its inside pixels.
void expect_transform(isa i, const sample &s, int fill) {
    const tile &t = tile_of(s.tile);
    const int height = t.rows.inputs(), width = t.cols.inputs();
    const int rows = s.rows.end - s.rows.begin, cols = s.cols.end - s.cols.begin;
    testing::guarded_array<std::uint8_t> src(static_cast<std::size_t>(rows * cols * s.channels));
    std::mt19937 random(1);
    for (auto &x : src) x = static_cast<std::uint8_t>(fill < 0 ? random() : fill);
    testing::guarded_array<std::int16_t> zero_points(static_cast<std::size_t>(s.channels));
    for (auto &z : zero_points) {
        z = static_cast<std::int16_t>(s.src == data_type::u8 ? random() % 256 : random() % 256 - 128);
        if (!s.zero_point) z = 0;
    }

    jit::input_transform_config config;
    config.isa = i;
    config.tile = s.tile;
    config.src = s.src;
    config.zero_point = s.zero_point;
    config.narrow = s.channels < config.channels_per_vector();
    config.rows = s.rows;
    config.cols = s.cols;
    config.col_stride = s.channels;
    config.row_stride = cols * s.channels;
    config.planes = {s.channels * 2, 0};
    testing::guarded_array<std::int16_t> v(static_cast<std::size_t>(t.v_planes() * s.channels));
    const auto first = reinterpret_cast<std::uintptr_t>(src.data())
                       - static_cast<std::uintptr_t>(
                               s.rows.begin * config.row_stride + s.cols.begin * config.col_stride);
    (*jit::get_input_transform(config))(
            {reinterpret_cast<const void *>(first), v.data(), 0, s.channels, zero_points.data(), nullptr});

    const auto pixel = [&](int row, int col, int channel) -> std::int64_t {
        if (row < s.rows.begin || row >= s.rows.end || col < s.cols.begin || col >= s.cols.end) return 0;
        const auto at = ((row - s.rows.begin) * cols + col - s.cols.begin) * s.channels + channel;
        const std::uint8_t byte = src[static_cast<std::size_t>(at)];
        return (s.src == data_type::u8 ? int {byte} : int {static_cast<std::int8_t>(byte)})
               - zero_points[static_cast<std::size_t>(channel)];
    };
    for (int a = 0; a < height; ++a)
        for (int b = 0; b < width; ++b)
            for (int channel = 0; channel < s.channels; ++channel) {
                std::int64_t sum = 0;
                for (int row = 0; row < height; ++row)
                    for (int col = 0; col < width; ++col)
                        sum += std::int64_t {t.rows.input(a, row)} * t.cols.input(b, col)
                               * pixel(row, col, channel);
                ASSERT_EQ(v[static_cast<std::size_t>((a * width + b) * s.channels + channel)], sum)
                        << "component " << a << "," << b << " channel " << channel;
            }
}

TEST_P(input_transform, is_exact_inside_and_at_every_edge) {
    for (const tile_id tile : all_tiles()) {
        const int height = tile_of(tile).rows.inputs(), width = tile_of(tile).cols.inputs();
        const auto cuts = [](int n) { return std::vector<jit::extent> {{0, n}, {1, n}, {0, n - 1}, {1, 2}}; };
        for (const jit::extent rows : cuts(height))
            for (const jit::extent cols : cuts(width))
                for (const data_type src : {data_type::u8, data_type::s8})
                    for (const bool zero_point : {false, true}) {
                        if (rows.begin >= rows.end || cols.begin >= cols.end || rows.end > height
                                || cols.end > width)
                            continue;
                        expect_transform(GetParam(), {tile, src, zero_point, 37, rows, cols}, -1);
                    }
    }
}

TEST_P(input_transform, every_channel_count) {
    for (int channels = 16; channels <= 100; ++channels)
        expect_transform(GetParam(), {tile_id::f4x4, data_type::u8, false, channels, {0, 6}, {1, 6}}, -1);
}

TEST_P(input_transform, extreme_values) {
    for (const int fill : {0, 127, 128, 255})
        for (const data_type src : {data_type::u8, data_type::s8})
            expect_transform(GetParam(), {tile_id::f4x4, src, false, 32, {0, 6}, {0, 6}}, fill);
}

} // namespace
} // namespace winodnn
