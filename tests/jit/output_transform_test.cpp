#include "jit/output_transform/output_transform.hpp"

#include "reference/reference.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(output_transform);

struct sample {
    tile_id tile = tile_id::f4x4;
    int channels = 16;
    int rows = 1, cols = 1;
};

// As far as the tile has them.
sample two_by_two(tile_id tile, int channels) {
    const grid_size outputs = tile_of(tile).outputs;
    return {tile, channels, std::min(2, outputs.rows), std::min(2, outputs.cols)};
}

// A tile whose destination is an image of just its valid outputs.
class one_tile {
public:
    one_tile(isa i, const sample &s, const problem &like)
        : isa_(i), sample_(s), problem_(like), lanes_(traits_of(i).lanes()),
          padded_((s.channels + lanes_ - 1) / lanes_ * lanes_) {
        const tile &t = tile_of(s.tile);
        problem_.mb = 1;
        problem_.oc = s.channels;
        problem_.oh = s.rows;
        problem_.ow = s.cols;
        m_.resize(static_cast<std::size_t>(t.m_planes() * padded_));
        // Any sums at all: what is recovered from them is defined modulo 2^32.
        for (auto &x : m_) x = static_cast<std::int32_t>(random_()) >> 8;
        const auto fill = [&](std::vector<float> &values, float unit, int least, int count) {
            values.resize(static_cast<std::size_t>(padded_));
            for (auto &x : values) x = unit * static_cast<float>(least + static_cast<int>(random_() % count));
        };
        fill(scale_, 1e-5f, 0, 1000);
        fill(bias_, 1.f, -50, 100);
        fill(dst_scale_, 0.125f, 4, 8);
        fill(dst_zero_point_, 1.f, -5, 20);
        for (std::size_t n = 0; n < like.post_ops.size(); ++n)
            operands_.push_back(make_operand(like.post_ops[n]));
    }

    jit::output_transform_config config() const {
        jit::output_transform_config c;
        c.isa = isa_;
        c.tile = sample_.tile;
        c.rows = sample_.rows;
        c.cols = sample_.cols;
        c.plane_stride = padded_ * 4;
        c.col_stride = sample_.channels * static_cast<dim>(size_of(problem_.dst));
        c.row_stride = sample_.cols * c.col_stride;
        c.partial_stride = padded_ * 4;
        c.per_oc_stride = padded_ * 4;
        c.tail = sample_.channels % lanes_;
        c.dst = problem_.dst;
        c.accumulators = problem_.stores_accumulators();
        c.src_scale = problem_.scales_in_turn;
        c.scale = problem_.weights_scale != problem::weights_scale_kind::none;
        c.bias = problem_.bias.has_value();
        c.dst_scale = problem_.dst_scale;
        c.dst_zero_point = problem_.dst_zero_point;
        c.post_ops = problem_.post_ops;
        return c;
    }

    void run(const jit::output_transform_config &c, void *dst, void *partial) const {
        std::vector<float> per_oc(scale_);
        per_oc.insert(per_oc.end(), bias_.begin(), bias_.end());
        for (const float x : dst_scale_) per_oc.push_back(1.f / x);
        per_oc.insert(per_oc.end(), dst_zero_point_.begin(), dst_zero_point_.end());
        per_oc.insert(per_oc.end(), scale_.size(), src_scale);
        // The kernel has single operands in f32, the formula in their own type.
        std::vector<float> single(operands_.size());
        std::vector<const void *> operands(operands_.size());
        for (std::size_t n = 0; n < operands_.size(); ++n) {
            const post_op &op = problem_.post_ops[n];
            const bool is_single = op.has_operand() && op.operand == post_op::broadcast::common;
            if (is_single) single[n] = read_value(op.type, operands_[n]->data(), 0);
            operands[n] = is_single ? static_cast<const void *>(&single[n]) : operands_[n]->data();
        }
        (*jit::get_output_transform(c))({m_.data(), dst, partial, per_oc.data(), sample_.channels / lanes_,
                sample_.channels % lanes_ != 0, operands.data(), nullptr});
    }

    std::vector<std::int32_t> accumulators() const {
        const tile &t = tile_of(sample_.tile);
        std::vector<std::int32_t> y;
        for (int i = 0; i < sample_.rows; ++i)
            for (int j = 0; j < sample_.cols; ++j)
                for (int oc = 0; oc < sample_.channels; ++oc) {
                    std::uint32_t sum = 0;
                    for (int plane = 0; plane < t.m_planes(); ++plane)
                        sum += static_cast<std::uint32_t>(t.output(i * t.outputs.cols + j, plane))
                               * static_cast<std::uint32_t>(
                                       m_[static_cast<std::size_t>(plane * padded_ + oc)]);
                    y.push_back(static_cast<std::int32_t>(sum * t.inverse_odd()) >> t.shift());
                }
        return y;
    }

    // Compares with the formula, on destinations that start out the same.
    void expect_formula() {
        const std::size_t bytes = static_cast<std::size_t>(sample_.rows * sample_.cols * sample_.channels)
                                  * size_of(problem_.dst);
        testing::guarded_array<std::uint8_t> dst(bytes);
        for (auto &x : dst) x = static_cast<std::uint8_t>(random_() % 60); // as floats tiny, but no NaN
        std::vector<std::uint8_t> expected(dst.begin(), dst.end());
        run(config(), dst.data(), nullptr);
        run_args args;
        args.dst = expected.data();
        args.src_scale = {&src_scale};
        args.weights_scale = {scale_.data()};
        args.bias = {bias_.data()};
        args.dst_scale = {dst_scale_.data()};
        args.dst_zero_points = {dst_zero_point_.data()};
        std::vector<const void *> operands;
        for (const auto &operand : operands_) operands.push_back(operand->data());
        args.operands = operands.data();
        reference_store(problem_, args, accumulators());
        ASSERT_EQ(std::memcmp(dst.data(), expected.data(), bytes), 0)
                << config().name() << " channels " << sample_.channels;
    }

    // The first 16 bits of the destination, with these bits as the last post-op's operand.
    std::uint16_t first_with_operand(std::uint32_t bits) {
        std::memcpy(operands_.back()->data(), &bits, sizeof(bits));
        std::vector<std::uint16_t> dst(static_cast<std::size_t>(sample_.channels));
        run(config(), dst.data(), nullptr);
        return dst[0];
    }

private:
    using operand_values = std::unique_ptr<testing::guarded_array<std::uint8_t>>;

    // Whole numbers of its type, none 0, and not one byte more than there are values.
    operand_values make_operand(const post_op &op) {
        const dim count = op.operand == post_op::broadcast::common   ? 1
                          : op.operand == post_op::broadcast::per_oc ? problem_.oc
                                                                     : problem_.dst_extent();
        const dim size = static_cast<dim>(size_of(op.type));
        auto bytes = std::make_unique<testing::guarded_array<std::uint8_t>>(
                static_cast<std::size_t>(count * size));
        for (dim n = 0; n < count; ++n) {
            const int value = 1 + static_cast<int>(random_() % 100);
            const float real = static_cast<float>(value) / 4.f;
            std::uint32_t bits = static_cast<std::uint32_t>(value);
            if (op.type == data_type::f32) bits = std::bit_cast<std::uint32_t>(real);
            if (op.type == data_type::bf16) bits = std::bit_cast<std::uint32_t>(real) >> 16;
            if (op.type == data_type::f16)
                bits = 0x3c00 + static_cast<std::uint32_t>(value); // 1 and a little
            std::memcpy(bytes->data() + n * size, &bits, static_cast<std::size_t>(size));
        }
        return bytes;
    }

    std::mt19937 random_ {1};
    isa isa_;
    sample sample_;
    problem problem_;
    int lanes_, padded_;
    std::vector<std::int32_t> m_;
    static constexpr float src_scale = 0.3f;
    std::vector<float> scale_, bias_, dst_scale_, dst_zero_point_;
    std::vector<operand_values> operands_; // one for each post-op
};

constexpr data_type all_types[] = {
        data_type::u8, data_type::s8, data_type::s32, data_type::f32, data_type::bf16, data_type::f16};

problem quantized(data_type dst) {
    problem p;
    p.dst = dst;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    p.bias = data_type::f32;
    p.dst_scale = p.dst_zero_point = p.dst_scale_per_oc = p.dst_zero_point_per_oc = true;
    return p;
}

TEST_P(output_transform, every_cut_of_the_tile) {
    for (const tile_id tile : all_tiles())
        for (int rows = 1; rows <= tile_of(tile).outputs.rows; ++rows)
            for (int cols = 1; cols <= tile_of(tile).outputs.cols; ++cols)
                for (const data_type dst : all_types)
                    one_tile(GetParam(), {tile, 33, rows, cols}, quantized(dst)).expect_formula();
}

TEST_P(output_transform, every_channel_count) {
    for (int channels = 1; channels <= 64; ++channels)
        for (const data_type dst : all_types) {
            problem p = quantized(dst);
            p.post_ops = {{.op = post_op::kind::sum, .type = dst}};
            one_tile(GetParam(), {tile_id::f4x4, channels, 2, 3}, p).expect_formula();
        }
}

TEST_P(output_transform, accumulators_as_they_are) {
    problem p;
    p.dst = data_type::s32;
    for (const tile_id tile : all_tiles()) one_tile(GetParam(), two_by_two(tile, 21), p).expect_formula();
}

TEST_P(output_transform, each_step_by_itself) {
    for (const data_type dst : all_types)
        for (int step = 0; step < 32; ++step) {
            problem p;
            p.dst = dst;
            if (step & 1) p.weights_scale = problem::weights_scale_kind::per_oc;
            if (step & 2) p.bias = data_type::f32;
            p.dst_scale = p.dst_scale_per_oc = step & 4;
            p.dst_zero_point = p.dst_zero_point_per_oc = step & 8;
            p.src_scale = p.scales_in_turn = (step & 16) && (step & 1);
            one_tile(GetParam(), {tile_id::f4x4, 19, 4, 4}, p).expect_formula();
        }
}

TEST_P(output_transform, post_ops_in_any_order) {
    using kind = post_op::kind;
    for (const data_type dst : all_types) {
        const post_op sum {.op = kind::sum, .type = dst};
        const post_op scaled_sum {.op = kind::sum, .scale = 0.3f, .zero_point = 7, .type = dst};
        const post_op relu {.op = kind::relu}, leaky {.op = kind::relu, .alpha = 0.1f};
        const post_op clip {.op = kind::clip, .alpha = -3.5f, .beta = 60.f};
        const post_op linear {.op = kind::linear, .alpha = -0.7f, .beta = 3.f};
        for (const std::vector<post_op> &chain : std::vector<std::vector<post_op>> {{sum}, {scaled_sum},
                     {relu}, {leaky}, {clip}, {linear}, {sum, relu}, {relu, sum},
                     {linear, scaled_sum, leaky, clip}, {sum, scaled_sum, linear, linear}}) {
            problem p = quantized(dst);
            p.post_ops = chain;
            one_tile(GetParam(), {tile_id::f4x4, 27, 3, 4}, p).expect_formula();
        }
    }
}

TEST_P(output_transform, plain_eltwise) {
    using kind = post_op::kind;
    for (const data_type dst : all_types)
        for (const kind op :
                {kind::abs, kind::square, kind::sqrt, kind::round, kind::hardsigmoid, kind::hardswish}) {
            problem p = quantized(dst);
            // Roots of what is not negative.
            p.post_ops = {{.op = kind::abs}, {.op = op, .alpha = 0.3f, .beta = 0.4f}, {.op = kind::relu}};
            if (op != kind::sqrt) p.post_ops.erase(p.post_ops.begin());
            one_tile(GetParam(), {tile_id::f4x4, 27, 3, 4}, p).expect_formula();
        }
}

TEST_P(output_transform, operands_of_every_type_and_broadcast) {
    using kind = post_op::kind;
    using broadcast = post_op::broadcast;
    for (const data_type dst : all_types)
        for (const data_type type : all_types)
            for (const broadcast operand : {broadcast::common, broadcast::per_oc, broadcast::none})
                for (const kind op : {kind::binary_add, kind::binary_sub, kind::binary_mul, kind::binary_div,
                             kind::binary_max, kind::binary_min, kind::prelu})
                    for (const int channels : {16, 21, 64}) {
                        problem p = quantized(dst);
                        p.post_ops = {{.op = kind::relu, .alpha = 0.5f},
                                {.op = op,
                                        .type = type,
                                        .operand = operand,
                                        .operand_strides = {0, 4 * dim {channels}, channels}}};
                        p.mb = 1;
                        p.oc = channels;
                        p.oh = 2;
                        p.ow = 4;
                        one_tile(GetParam(), {tile_id::f4x4, channels, 2, 4}, p).expect_formula();
                    }
}

// What one kernel stages the next one finishes, as if there had been one.
TEST_P(output_transform, stages_between_kernels_change_nothing) {
    for (const tile_id tile : all_tiles())
        for (const data_type dst : all_types) {
            problem p = quantized(dst);
            p.post_ops = {{.op = post_op::kind::linear, .alpha = -0.7f, .beta = 3.f},
                    {.op = post_op::kind::sum, .type = dst}};
            const sample s = two_by_two(tile, 37);
            const one_tile one(GetParam(), s, p);
            const jit::output_transform_config whole = one.config();
            const std::size_t bytes = static_cast<std::size_t>(s.rows * s.cols * 37) * size_of(dst);
            std::vector<std::uint8_t> at_once(bytes, 3), in_stages(bytes, 3);
            std::vector<std::byte> stage(static_cast<std::size_t>(16 * whole.partial_stride));
            one.run(whole, at_once.data(), nullptr);
            jit::output_transform_config first = whole, second = whole;
            first.to_stage = second.from_stage = true;
            first.post_ops.pop_back();
            second.post_ops.erase(second.post_ops.begin());
            one.run(first, nullptr, stage.data());
            one.run(second, in_stages.data(), stage.data());
            EXPECT_EQ(in_stages, at_once) << whole.name();
        }
}

TEST_P(output_transform, not_a_number_stays_one_in_16_bits) {
    // Scales that are not numbers, with the largest payloads.
    for (const data_type dst : {data_type::bf16, data_type::f16})
        for (const std::uint32_t bits : {0x7fffffffu, 0xffffffffu, 0x7fc00000u, 0x7f800001u}) {
            problem p;
            p.dst = dst;
            p.post_ops = {{.op = post_op::kind::binary_mul, .type = data_type::f32}};
            const std::uint16_t result = one_tile(GetParam(), {}, p).first_with_operand(bits);
            const int exponent = dst == data_type::bf16 ? 0x7f80 : 0x7c00;
            EXPECT_EQ(result & exponent, exponent);
            EXPECT_NE(result & ~(0x8000 | exponent) & 0xffff, 0) << std::hex << bits << " became " << result;
        }
}

// Whatever instruction saturates: not numbers are the lowest value.
TEST_P(output_transform, bytes_saturate) {
    using enum post_op::kind;
    struct expectation {
        post_op::kind bound; // of a value that is small by itself
        float operand;
        std::uint8_t u8, s8;
    };
    const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    for (const expectation &e : {expectation {binary_max, inf, 255, 127}, {binary_max, 1e30f, 255, 127},
                 {binary_max, 4294967296.f, 255, 127}, {binary_max, 2147483648.f, 255, 127},
                 {binary_max, 255.4f, 255, 127}, {binary_max, 126.4f, 126, 126}, {binary_min, -0.4f, 0, 0},
                 {binary_min, -2147483648.f, 0, 0x80}, {binary_min, -1e30f, 0, 0x80},
                 {binary_min, -inf, 0, 0x80}, {binary_max, nan, 0, 0x80}, {binary_max, -nan, 0, 0x80}})
        for (const data_type dst : {data_type::u8, data_type::s8}) {
            problem p;
            p.dst = dst;
            p.post_ops = {{.op = linear, .alpha = 0.f, .beta = 0.f}, {.op = e.bound, .type = data_type::f32}};
            const std::uint16_t result =
                    one_tile(GetParam(), {}, p).first_with_operand(std::bit_cast<std::uint32_t>(e.operand));
            EXPECT_EQ(result & 0xff, dst == data_type::u8 ? e.u8 : e.s8) << e.operand;
        }
}

// A sum over three parts is three times one part.
TEST_P(output_transform, parts_add_up) {
    for (const tile_id tile : all_tiles()) {
        problem p;
        p.dst = data_type::s32;
        const sample s = two_by_two(tile, 37);
        const one_tile one(GetParam(), s, p);
        jit::output_transform_config config = one.config();
        std::vector<std::int32_t> dst(static_cast<std::size_t>(s.rows * s.cols * 37)),
                partial(static_cast<std::size_t>(16 * config.partial_stride / 4));
        for (const jit::part_kind part :
                {jit::part_kind::first, jit::part_kind::middle, jit::part_kind::last}) {
            config.part = part;
            one.run(config, dst.data(), partial.data());
        }
        const auto once = one.accumulators();
        for (std::size_t n = 0; n < dst.size(); ++n)
            ASSERT_EQ(static_cast<std::uint32_t>(dst[n]), 3u * static_cast<std::uint32_t>(once[n])) << n;
    }
}

} // namespace
} // namespace winodnn
