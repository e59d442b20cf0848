#include "jit/input_transform/input_transform.hpp"

#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "winograd/quantizer.hpp"

#include <cstring>

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
    extent rows, cols;
};

// One tile cut out of an image that holds just its inside pixels.
void expect_transform(isa i, const sample &s, int fill) {
    const tile &t = tile_of(s.tile);
    const int height = t.inputs().rows, width = t.inputs().cols;
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
    for (int plane = 0; plane < t.v_planes(); ++plane)
        for (int channel = 0; channel < s.channels; ++channel) {
            std::int64_t sum = 0;
            for (int row = 0; row < height; ++row)
                for (int col = 0; col < width; ++col)
                    sum += t.input(plane, row * width + col) * pixel(row, col, channel);
            ASSERT_EQ(v[static_cast<std::size_t>(plane * s.channels + channel)], sum)
                    << t.name << " plane " << plane << " channel " << channel;
        }
}

TEST_P(input_transform, is_exact_inside_and_at_every_edge) {
    for (const tile_id tile : all_tiles()) {
        const int height = tile_of(tile).inputs().rows, width = tile_of(tile).inputs().cols;
        const auto cuts = [](int n) { return std::vector<extent> {{0, n}, {1, n}, {0, n - 1}, {1, 2}}; };
        for (const extent rows : cuts(height))
            for (const extent cols : cuts(width))
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

// Every byte, whichever components are wide; scales that clip and scales that do not, full and empty tiles.
void expect_quantized(isa i, tile_id id, const component_set &wide, data_type src, int channels, int fill) {
    const tile &t = tile_of(id);
    const int height = t.inputs().rows, width = t.inputs().cols;
    const int limit = traits_of(i).dot_product ? narrow_limit : narrow_limit_without_dot_product;
    testing::guarded_array<std::uint8_t> source(static_cast<std::size_t>(height * width * channels));
    std::mt19937 random(1);
    for (auto &x : source) x = static_cast<std::uint8_t>(fill < 0 ? random() : fill);
    std::vector<component_quantizer> quantizers;
    std::vector<jit::quantization_lanes> lanes(static_cast<std::size_t>(t.components()));
    for (int c = 0; c < t.components(); ++c) {
        component_quantizer q {static_cast<std::int16_t>(c % 3 == 0 ? 32767 : 1 + random() % 4000),
                static_cast<std::int16_t>(random() % static_cast<unsigned>(limit + 1))};
        if (wide.contains(c)) q.zero_point = 0;
        quantizers.push_back(q);
        lanes[static_cast<std::size_t>(c)].multiplier.fill(q.multiplier);
        lanes[static_cast<std::size_t>(c)].zero_point.fill(q.zero_point);
    }

    jit::input_transform_config config;
    config.isa = i;
    config.tile = id;
    config.src = src;
    config.narrow = channels < config.channels_per_vector();
    config.rows = {0, height};
    config.cols = {0, width};
    config.col_stride = channels;
    config.row_stride = width * channels;
    config.numbers = {true, wide};
    config.planes = {channels * 2, channels};
    const std::int64_t bytes = config.planes.offset(t, config.numbers, t.v_planes());
    testing::guarded_array<std::byte> v(static_cast<std::size_t>(bytes));
    (*jit::get_input_transform(config))({source.data(), v.data(), 0, channels, nullptr, lanes.data()});

    for (int plane = 0; plane < t.v_planes(); ++plane)
        for (int channel = 0; channel < channels; ++channel) {
            int sum = 0;
            for (int row = 0; row < height; ++row)
                for (int col = 0; col < width; ++col) {
                    const std::uint8_t byte =
                            source[static_cast<std::size_t>((row * width + col) * channels + channel)];
                    sum += t.input(plane, row * width + col)
                           * (src == data_type::u8 ? int {byte} : int {static_cast<std::int8_t>(byte)});
                }
            const int component = t.component_of_v(plane);
            const component_quantizer &q = quantizers[static_cast<std::size_t>(component)];
            const std::byte *at = v.data() + config.planes.offset(t, config.numbers, plane);
            if (config.numbers.is_wide(component)) {
                std::int16_t value = 0;
                std::memcpy(&value, at + channel * 2, 2);
                ASSERT_EQ(value, q.scaled(sum)) << t.name << " plane " << plane << " channel " << channel;
            } else {
                ASSERT_EQ(static_cast<int>(at[channel]), q.quantized(sum, limit))
                        << t.name << " plane " << plane << " channel " << channel << " of " << sum;
            }
        }
}

TEST_P(input_transform, quantizes_each_component_by_itself) {
    for (const tile_id tile : all_tiles())
        for (const component_set wide :
                {component_set {0}, component_set {0b1010011}, all_components(tile_of(tile))})
            for (const data_type src : {data_type::u8, data_type::s8})
                for (const int channels : {16, 37, 64})
                    for (const int fill : {-1, 0, 128, 255})
                        expect_quantized(GetParam(), tile, wide, src, channels, fill);
}

TEST_P(input_transform, extreme_values) {
    for (const int fill : {0, 127, 128, 255})
        for (const data_type src : {data_type::u8, data_type::s8})
            expect_transform(GetParam(), {tile_id::f4x4, src, false, 32, {0, 6}, {0, 6}}, fill);
}

} // namespace
} // namespace winodnn
