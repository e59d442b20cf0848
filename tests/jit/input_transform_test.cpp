#include "jit/input_transform/input_transform.hpp"

#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/quantizers.hpp"

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

constexpr int single_large = 1; // a fill of ones, and one of 255

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
    (*jit::get_input_transform(config))({reinterpret_cast<const void *>(first), v.data(), 0, s.channels,
            zero_points.data(), nullptr, nullptr, nullptr});

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

// Every byte, whichever components are wide, at the level that the tile has to have; of tiles of large and of
// small values, and of one channel that is large.
void expect_quantized(isa i, tile_id id, const component_set &wide, data_type src, int channels, int fill,
        bool has_scratch) {
    const tile &t = tile_of(id);
    const int height = t.inputs().rows, width = t.inputs().cols;
    const int limit = testing::limit_of(i);
    testing::guarded_array<std::uint8_t> source(static_cast<std::size_t>(height * width * channels));
    std::mt19937 random(1);
    for (auto &x : source)
        x = static_cast<std::uint8_t>(fill < 0 ? random() % static_cast<unsigned>(-fill) : fill);
    if (fill == single_large) source[static_cast<std::size_t>(height * width * channels / 2)] = 255;
    std::vector<component_bounds> bounds = bounds_of(t, source_range(src, false));
    for (component_bounds &b : bounds) b.range = b.largest / (1 + random() % 9);
    const class_quantizer quantizer = quantizer_for(bounds, wide, limit);
    std::vector<jit::multiplier_lanes> at_once;
    std::vector<std::int32_t> multipliers;
    component_set one_sided;
    for (const component_quantizer &q : quantizer.components) {
        at_once.emplace_back().multiplier.fill(q.share != 0 ? q.share : q.multipliers[0]);
        if (q.zero_point == 0) one_sided.insert(static_cast<int>(at_once.size()) - 1);
    }
    for (std::size_t level = 0; level < static_cast<std::size_t>(quantizer.levels); ++level)
        for (const component_quantizer &q : quantizer.components)
            multipliers.push_back(q.multipliers[level] * 0x00010001);
    std::vector<jit::multiplier_lanes> factors;
    for (const std::int32_t shift : quantizer.shifts)
        factors.emplace_back().multiplier.fill(static_cast<std::int16_t>(1 << shift));
    const jit::input_quantization tables {
            at_once.data(), multipliers.data(), factors.data(), quantizer.unit_bits, quantizer.levels - 1};

    jit::input_transform_config config;
    config.isa = i;
    config.tile = id;
    config.src = src;
    config.narrow = channels < config.channels_per_vector();
    config.rows = {0, height};
    config.cols = {0, width};
    config.col_stride = channels;
    config.row_stride = width * channels;
    config.numbers = {true, wide & all_components(t)};
    config.planes = {channels * 2, channels};
    config.scratch_stride = has_scratch ? channels * 2 : 0;
    config.one_sided = one_sided;
    const std::int64_t bytes = config.planes.offset(t, config.numbers, t.v_planes());
    testing::guarded_array<std::byte> v(static_cast<std::size_t>(bytes));
    testing::guarded_array<std::int16_t> scratch(static_cast<std::size_t>(t.v_planes() * channels));
    std::int32_t level = -1;
    (*jit::get_input_transform(config))(
            {source.data(), v.data(), 0, channels, nullptr, &tables, scratch.data(), &level});

    const auto value = [&](int plane, int channel) {
        int sum = 0;
        for (int row = 0; row < height; ++row)
            for (int col = 0; col < width; ++col) {
                const std::uint8_t byte =
                        source[static_cast<std::size_t>((row * width + col) * channels + channel)];
                sum += t.input(plane, row * width + col)
                       * (src == data_type::u8 ? int {byte} : int {static_cast<std::int8_t>(byte)});
            }
        return sum;
    };
    const auto quantizer_of = [&](int plane) -> const component_quantizer & {
        return quantizer.components[static_cast<std::size_t>(t.component_of_v(plane))];
    };
    int filled = 0;
    for (int plane = 0; plane < t.v_planes(); ++plane)
        for (int channel = 0; channel < channels; ++channel)
            filled = std::max(filled, std::abs(scaled(value(plane, channel), quantizer_of(plane).share)));
    ASSERT_EQ(level, filled == 0 && all_components(t).is_within(wide) ? 0 : quantizer.level_of(filled))
            << t.name;
    for (int plane = 0; plane < t.v_planes(); ++plane)
        for (int channel = 0; channel < channels; ++channel) {
            const int sum = value(plane, channel), component = t.component_of_v(plane);
            const std::byte *at = v.data() + config.planes.offset(t, config.numbers, plane);
            if (config.numbers.is_wide(component)) {
                std::int16_t stored = 0;
                std::memcpy(&stored, at + channel * 2, 2);
                ASSERT_EQ(stored, scaled(sum, quantizer_of(plane).multipliers[0]))
                        << t.name << " plane " << plane << " channel " << channel;
            } else {
                const auto c = static_cast<std::size_t>(component);
                ASSERT_EQ(static_cast<int>(at[channel]), quantizer.quantized(c, sum, level))
                        << t.name << " plane " << plane << " channel " << channel << " of " << sum;
                const int q = quantizer.quantized(c, sum, level);
                ASSERT_TRUE(q >= 0 && q <= limit) << q << " of " << sum;
            }
        }
}

TEST_P(input_transform, quantizes_each_tile_by_its_own_values) {
    for (const tile_id tile : all_tiles())
        for (const component_set wide :
                {component_set {0}, component_set {0b1010011}, all_components(tile_of(tile))})
            for (const data_type src : {data_type::u8, data_type::s8})
                for (const int channels : {16, 37, 64})
                    for (const int fill : {-256, -4, -2, 0, 128, 255, single_large})
                        for (const bool has_scratch : {true, false})
                            expect_quantized(GetParam(), tile, wide, src, channels, fill, has_scratch);
}

TEST_P(input_transform, extreme_values) {
    for (const int fill : {0, 127, 128, 255})
        for (const data_type src : {data_type::u8, data_type::s8})
            expect_transform(GetParam(), {tile_id::f4x4, src, false, 32, {0, 6}, {0, 6}}, fill);
}

} // namespace
} // namespace winodnn
