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

// One whole tile, and V of it.
class quantized_tile {
public:
    quantized_tile(isa i, tile_id id, data_type src, int channels, int fill)
        : isa_(i), tile_(tile_of(id)), id_(id), src_(src), channels_(channels),
          source_(static_cast<std::size_t>(tile_.inputs().count() * channels)) {
        std::mt19937 random(1);
        for (auto &x : source_)
            x = static_cast<std::uint8_t>(fill < 0 ? random() % static_cast<unsigned>(-fill) : fill);
        if (fill == single_large)
            source_[static_cast<std::size_t>(tile_.inputs().count() * channels / 2)] = 255;
        bounds_ = bounds_of(tile_, source_range(src, false));
        for (component_bounds &b : bounds_) b.range = b.largest / (1 + random() % 9);
        v_.resize(static_cast<std::size_t>(tile_.v_planes() * channels));
        for (int plane = 0; plane < tile_.v_planes(); ++plane)
            for (int pixel = 0; pixel < tile_.inputs().count(); ++pixel) {
                const int coefficient = tile_.input(plane, pixel);
                if (coefficient == 0) continue;
                for (int c = 0; c < channels; ++c) {
                    const std::uint8_t byte = source_[static_cast<std::size_t>(pixel * channels + c)];
                    v_[static_cast<std::size_t>(plane * channels + c)] +=
                            coefficient
                            * (src == data_type::u8 ? int {byte} : int {static_cast<std::int8_t>(byte)});
                }
            }
    }

    // Every byte, at the level that the tile has to have.
    void expect(const component_set &wide, bool has_scratch) const {
        const int limit = narrow_limit_of(isa_);
        const class_quantizer quantizer = quantizer_for(bounds_, wide, limit);
        const jit::input_transform_config config = config_for(quantizer, wide, has_scratch);
        testing::guarded_array<std::byte> v(
                static_cast<std::size_t>(config.planes.offset(tile_, config.numbers, tile_.v_planes())));
        const int level = run(config, quantizer, v.data());
        int filled = 0;
        for_each_value([&](int component, int, int, int value) {
            filled = std::max(filled, std::abs(scaled(value, of(quantizer, component).share)));
        });
        const bool none_narrow = all_components(tile_).is_within(wide);
        ASSERT_EQ(level, none_narrow ? 0 : quantizer.level_of(filled)) << tile_.name;
        for_each_value([&](int component, int plane, int channel, int value) {
            const std::byte *at = v.data() + config.planes.offset(tile_, config.numbers, plane);
            if (config.numbers.is_wide(component)) {
                std::int16_t stored = 0;
                std::memcpy(&stored, at + channel * 2, 2);
                ASSERT_EQ(stored, scaled(value, of(quantizer, component).multipliers[0]))
                        << tile_.name << " plane " << plane << " channel " << channel;
            } else {
                const int q = quantizer.quantized(static_cast<std::size_t>(component), value, level);
                ASSERT_TRUE(q >= 0 && q <= limit) << q << " of " << value;
                ASSERT_EQ(static_cast<int>(at[channel]), q)
                        << tile_.name << " plane " << plane << " channel " << channel << " of " << value;
            }
        });
    }

private:
    static const component_quantizer &of(const class_quantizer &quantizer, int component) {
        return quantizer.components[static_cast<std::size_t>(component)];
    }

    template <typename Visit>
    void for_each_value(const Visit &visit) const {
        for (int plane = 0; plane < tile_.v_planes(); ++plane)
            for (int c = 0; c < channels_; ++c)
                visit(tile_.component_of_v(plane), plane, c,
                        v_[static_cast<std::size_t>(plane * channels_ + c)]);
    }

    jit::input_transform_config config_for(
            const class_quantizer &quantizer, const component_set &wide, bool has_scratch) const {
        jit::input_transform_config config;
        config.isa = isa_;
        config.tile = id_;
        config.src = src_;
        config.narrow = channels_ < config.channels_per_vector();
        config.rows = {0, tile_.inputs().rows};
        config.cols = {0, tile_.inputs().cols};
        config.col_stride = channels_;
        config.row_stride = tile_.inputs().cols * channels_;
        config.numbers = {true, wide & all_components(tile_)};
        config.planes = {channels_ * 2, channels_};
        config.scratch_stride = has_scratch ? channels_ * 2 : 0;
        config.one_sided = jit::one_sided(quantizer);
        return config;
    }

    int run(const jit::input_transform_config &config, const class_quantizer &quantizer, std::byte *v) const {
        const jit::quantization_tables tables(quantizer);
        const jit::input_quantization quantization = tables.view();
        testing::guarded_array<std::int16_t> scratch(v_.size());
        std::int32_t level = -1;
        (*jit::get_input_transform(config))(
                {source_.data(), v, 0, channels_, nullptr, &quantization, scratch.data(), &level});
        return level;
    }

    const isa isa_;
    const tile &tile_;
    const tile_id id_;
    const data_type src_;
    const int channels_;
    testing::guarded_array<std::uint8_t> source_;
    std::vector<component_bounds> bounds_;
    std::vector<int> v_; // [plane][channel]
};

// Of large and of small values, and of one channel that is large.
TEST_P(input_transform, quantizes_each_tile_by_its_own_values) {
    for (const tile_id id : all_tiles())
        for (const data_type src : {data_type::u8, data_type::s8})
            for (const int channels : {16, 37, 64})
                for (const int fill : {-256, -4, -2, 0, 128, 255, single_large}) {
                    const quantized_tile tile(GetParam(), id, src, channels, fill);
                    for (const component_set wide :
                            {component_set {0}, component_set {0b1010011}, all_components(tile_of(id))})
                        for (const bool has_scratch : {true, false}) tile.expect(wide, has_scratch);
                }
}

TEST_P(input_transform, extreme_values) {
    for (const int fill : {0, 127, 128, 255})
        for (const data_type src : {data_type::u8, data_type::s8})
            expect_transform(GetParam(), {tile_id::f4x4, src, false, 32, {0, 6}, {0, 6}}, fill);
}

} // namespace
} // namespace winodnn
