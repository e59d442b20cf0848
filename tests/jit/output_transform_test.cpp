#include "jit/output_transform/output_transform.hpp"

#include "reference/reference.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"

#include <cstring>
#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(output_transform);

struct sample {
    tile_id tile = tile_id::f4x4;
    int channels = 16;
    int rows = 1, cols = 1;
};

// A tile whose destination is an image of just its valid outputs.
class one_tile {
public:
    one_tile(isa i, const sample &s, const problem &like)
        : isa_(i), sample_(s), problem_(like), lanes_(jit::traits_of(i).lanes()),
          padded_((s.channels + lanes_ - 1) / lanes_ * lanes_) {
        const tile &t = tile_of(s.tile);
        problem_.mb = 1;
        problem_.oc = s.channels;
        problem_.oh = s.rows;
        problem_.ow = s.cols;
        m_.resize(static_cast<std::size_t>(t.components() * padded_));
        // Any sums at all: what is recovered from them is defined modulo 2^32.
        for (auto &x : m_) x = static_cast<std::int32_t>(random_()) >> 8;
        scale_.resize(static_cast<std::size_t>(padded_));
        bias_.resize(static_cast<std::size_t>(padded_));
        for (auto &x : scale_) x = 1e-5f * static_cast<float>(random_() % 1000);
        for (auto &x : bias_) x = static_cast<float>(random_() % 100) - 50.f;
    }

    jit::output_transform_config config() const {
        jit::output_transform_config c;
        c.isa = isa_;
        c.tile = sample_.tile;
        c.rows = sample_.rows;
        c.cols = sample_.cols;
        c.component_stride = padded_ * 4;
        c.col_stride = sample_.channels * static_cast<dim>(size_of(problem_.dst));
        c.row_stride = sample_.cols * c.col_stride;
        c.partial_stride = padded_ * 4;
        c.tail = sample_.channels % lanes_;
        c.dst = problem_.dst;
        c.accumulators = problem_.stores_accumulators();
        c.scale = problem_.weights_scale != problem::weights_scale_kind::none;
        c.bias = problem_.bias != problem::bias_kind::none;
        c.dst_scale = problem_.dst_scale;
        c.dst_zero_point = problem_.dst_zero_point;
        c.post_ops = problem_.post_ops;
        return c;
    }

    void run(const jit::output_transform_config &c, void *dst, void *partial) const {
        (*jit::get_output_transform(c))({m_.data(), dst, partial, scale_.data(), bias_.data(),
                sample_.channels / lanes_, sample_.channels % lanes_ != 0, 1.f / dst_scale, dst_zero_point});
    }

    std::vector<std::int32_t> accumulators() const {
        const tile &t = tile_of(sample_.tile);
        const int_matrix &rows = t.rows.output, &cols = t.cols.output;
        std::vector<std::int32_t> y;
        for (int i = 0; i < sample_.rows; ++i)
            for (int j = 0; j < sample_.cols; ++j)
                for (int oc = 0; oc < sample_.channels; ++oc) {
                    std::uint32_t sum = 0;
                    for (int k = 0; k < rows.cols(); ++k)
                        for (int l = 0; l < cols.cols(); ++l)
                            sum += static_cast<std::uint32_t>(rows(i, k) * cols(j, l))
                                   * static_cast<std::uint32_t>(m_[static_cast<std::size_t>(
                                           (k * cols.cols() + l) * padded_ + oc)]);
                    y.push_back(static_cast<std::int32_t>(sum * t.inverse_odd()) >> t.shift());
                }
        return y;
    }

    // Compares with the formula, on destinations that start out the same.
    void expect_formula() {
        const std::size_t bytes = static_cast<std::size_t>(sample_.rows * sample_.cols * sample_.channels)
                                  * size_of(problem_.dst);
        testing::guarded_array<std::uint8_t> dst(bytes);
        for (auto &x : dst) x = static_cast<std::uint8_t>(random_() % 64); // as f32 tiny, but no NaN
        std::vector<std::uint8_t> expected(dst.begin(), dst.end());
        run(config(), dst.data(), nullptr);
        run_args args;
        args.dst = expected.data();
        args.weights_scale = scale_.data();
        args.bias = bias_.data();
        args.dst_scale = &dst_scale;
        args.dst_zero_point = static_cast<std::int32_t>(dst_zero_point);
        reference_store(problem_, args, accumulators());
        ASSERT_EQ(std::memcmp(dst.data(), expected.data(), bytes), 0)
                << config().name() << " channels " << sample_.channels;
    }

private:
    static constexpr float dst_scale = 0.75f, dst_zero_point = 5.f;

    isa isa_;
    sample sample_;
    problem problem_;
    int lanes_, padded_;
    std::vector<std::int32_t> m_;
    std::vector<float> scale_, bias_;
    std::mt19937 random_ {1};
};

constexpr data_type all_types[] = {data_type::u8, data_type::s8, data_type::s32, data_type::f32};

problem quantized(data_type dst) {
    problem p;
    p.dst = dst;
    p.weights_scale = problem::weights_scale_kind::per_oc;
    p.bias = problem::bias_kind::f32;
    p.dst_scale = p.dst_zero_point = true;
    return p;
}

TEST_P(output_transform, every_cut_of_the_tile) {
    for (const tile_id tile : all_tiles())
        for (int rows = 1; rows <= tile_of(tile).rows.outputs(); ++rows)
            for (int cols = 1; cols <= tile_of(tile).cols.outputs(); ++cols)
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
    for (const tile_id tile : all_tiles()) one_tile(GetParam(), {tile, 21, 2, 2}, p).expect_formula();
}

TEST_P(output_transform, each_step_by_itself) {
    for (const data_type dst : all_types)
        for (int step = 0; step < 16; ++step) {
            problem p;
            p.dst = dst;
            if (step & 1) p.weights_scale = problem::weights_scale_kind::per_oc;
            if (step & 2) p.bias = problem::bias_kind::f32;
            p.dst_scale = step & 4;
            p.dst_zero_point = step & 8;
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

// A sum over three parts is three times one part.
TEST_P(output_transform, parts_add_up) {
    for (const tile_id tile : all_tiles()) {
        problem p;
        p.dst = data_type::s32;
        const sample s {tile, 37, 2, 2};
        const one_tile one(GetParam(), s, p);
        jit::output_transform_config config = one.config();
        std::vector<std::int32_t> dst(2 * 2 * 37),
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
