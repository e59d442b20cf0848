// Exact plans with components in 8 bits, by the promise that sources have few bits.
#include "dispatch/dispatch.hpp"
#include "reference/reference.hpp"
#include "run/convolution.hpp"
#include "support/guarded_array.hpp"
#include "support/isa_sweep.hpp"
#include "support/thread_team.hpp"
#include "weights/packed_weights.hpp"
#include "winograd/exact_bytes.hpp"

#include <algorithm>
#include <functional>
#include <random>

namespace winodnn {
namespace {

WINODNN_ON_EVERY_ISA(promised);

constexpr value_range all_of_s8 {-128, 127};

problem layer_of(tile_id tile, dim ic, dim ih, dim iw, dim oc, int source_bits) {
    const winodnn::tile &t = tile_of(tile);
    problem p;
    p.mb = 2;
    p.ic = ic;
    p.oc = oc;
    p.ih = p.oh = ih;
    p.iw = p.ow = iw;
    p.kh = t.taps.rows;
    p.kw = t.taps.cols;
    p.pad_t = p.pad_b = p.kh / 2;
    p.pad_l = p.pad_r = p.kw / 2;
    p.dst = data_type::s32;
    p.source_bits = source_bits;
    return p;
}

plan plan_for(const problem &p, isa i, tile_id tile, int threads) {
    plan chosen = plan_with_tile(p, {i, false, threads}, tile);
    chosen.source_bits = p.source_bits;
    return chosen;
}

// One convolution; every buffer ends at an unmapped page.
class subject {
public:
    subject(const problem &p, const plan &base)
        : p_(p), chosen_(base), src_(static_cast<std::size_t>(p.src_extent())),
          weights_(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps())),
          block_(layout_for(p, base).bytes()), dst_(static_cast<std::size_t>(p.dst_extent())) {}

    // What the source may hold, as stored, minus zero points.
    value_range promise() const { return in_bits(source_range(p_), p_.source_bits); }

    void fill_source(const std::function<int()> &value) {
        for (dim i = 0; i < p_.src_extent(); ++i) set(i, value());
    }
    void set(dim at, int value) { src_.data()[at] = static_cast<std::uint8_t>(value + zero_point_); }
    void fill_weights(const std::function<int()> &value) {
        for (auto &w : weights_) w = static_cast<std::int8_t>(value());
    }
    void set_zero_point(int value) { zero_point_ = value; }

    // How many components are in 8 bits.
    int pack() {
        const weights_layout layout = layout_for(p_, chosen_);
        pack_weights(layout, weights_.data(), block_.data(), testing::std_threads(chosen_.threads));
        packed_ = check_block(layout, block_.data()).value();
        chosen_.numbers = packed_.numbers;
        std::vector<std::int8_t> back(weights_.size());
        unpack_weights(layout, packed_, back.data(), testing::std_threads(chosen_.threads));
        EXPECT_EQ(back, weights_);
        convolution_.emplace(p_, chosen_);
        return chosen_.numbers.bytes_exactly.count();
    }

    run_result run() {
        std::fill_n(dst_.data(), p_.dst_extent(), untouched);
        const testing::guarded_array<std::byte> scratchpad(convolution_->scratchpad_bytes());
        run_args args;
        args.src = src_.data();
        args.weights = packed_;
        args.dst = dst_.data();
        args.src_zero_points = {&zero_point_, data_type::s32};
        args.scratchpad = scratchpad.data();
        return convolution_->execute(args, testing::std_threads(chosen_.threads));
    }

    bool is_untouched() const {
        return std::all_of(
                dst_.data(), dst_.data() + p_.dst_extent(), [](std::int32_t y) { return y == untouched; });
    }

    void expect_exact() {
        ASSERT_EQ(run(), run_result::computed);
        const typed_values zero_points {&zero_point_, data_type::s32};
        const auto expected = reference_accumulators(p_, src_.data(), weights_.data(), zero_points);
        for (std::size_t n = 0; n < expected.size(); ++n)
            ASSERT_EQ(dst_[n], expected[n]) << to_string(p_) << " " << name_of(chosen_) << " "
                                            << name_of(chosen_.numbers) << " at " << n;
    }

private:
    static constexpr std::int32_t untouched = 0x55555555;

    problem p_;
    plan chosen_;
    std::int32_t zero_point_ = 0;
    testing::guarded_array<std::uint8_t> src_;
    std::vector<std::int8_t> weights_;
    testing::guarded_array<std::byte> block_;
    testing::guarded_array<std::int32_t> dst_;
    packed_block packed_;
    std::optional<convolution> convolution_;
};

// Everything in range, only its ends, and each end everywhere: of sources and of weights.
void expect_exact_for_all_patterns(subject &s, int weights_bits) {
    std::mt19937 random(7);
    const auto within = [&random](value_range r) {
        return [&random, r] { return std::uniform_int_distribution<int>(r.lo, r.hi)(random); };
    };
    const auto at_ends = [&random](value_range r) {
        return [&random, r] { return random() % 2 == 0 ? r.lo : r.hi; };
    };
    const auto always = [](int value) { return [value] { return value; }; };
    const value_range source = s.promise(), weights = in_bits(all_of_s8, weights_bits);
    for (const auto &w : std::initializer_list<std::function<int()>> {
                 within(weights), at_ends(weights), always(weights.lo), always(weights.hi)}) {
        s.fill_weights(w);
        s.pack();
        for (const auto &x : std::initializer_list<std::function<int()>> {
                     within(source), at_ends(source), always(source.lo), always(source.hi)}) {
            s.fill_source(x);
            s.expect_exact();
            if (::testing::Test::HasFatalFailure()) return;
        }
    }
}

TEST_P(promised, every_tile_and_number_of_bits) {
    for (const tile_id tile : all_tiles())
        for (const auto &[source_bits, weights_bits] : {std::pair {4, 4}, {2, 2}, {1, 8}, {5, 5}, {7, 2}})
            for (const data_type src : {data_type::u8, data_type::s8}) {
                problem p = layer_of(tile, 17, 9, 7, 18, source_bits);
                p.src = src;
                subject s(p, plan_for(p, GetParam(), tile, 1));
                expect_exact_for_all_patterns(s, weights_bits);
                ASSERT_FALSE(HasFatalFailure());
            }
}

TEST_P(promised, zero_points) {
    for (const tile_id tile : {tile_id::f2x2, tile_id::sfc4x4, tile_id::row2})
        for (const data_type src : {data_type::u8, data_type::s8}) {
            problem p = layer_of(tile, 33, 6, 7, 40, 4);
            p.src = src;
            p.src_zero_point = true;
            subject s(p, plan_for(p, GetParam(), tile, 2));
            s.set_zero_point(src == data_type::u8 ? 100 : -5);
            expect_exact_for_all_patterns(s, 4);
        }
}

TEST_P(promised, blocks_threads_and_groups) {
    for (const tile_id tile : {tile_id::f2x2, tile_id::sfc4x4, tile_id::sfc6x6})
        for (const dim groups : {1, 2})
            for (const int threads : {1, 3}) {
                problem p = layer_of(tile, 20 * groups, 10, 9, 70 * groups, 4);
                p.groups = groups;
                plan chosen = plan_for(p, GetParam(), tile, threads);
                chosen.tiles_per_block = 7;
                subject s(p, chosen);
                expect_exact_for_all_patterns(s, 4);
            }
}

// What W4A4 training gives: all of it is in 8 bits; with larger weights some of it, and then nothing.
TEST_P(promised, as_many_components_in_bytes_as_weights_let_be) {
    const problem p = layer_of(tile_id::sfc4x4, 32, 8, 8, 64, 4);
    subject s(p, plan_for(p, GetParam(), tile_id::sfc4x4, 1));
    const auto packed_with = [&s](int weight) {
        s.fill_weights([weight, n = 0]() mutable { return n++ % 2 == 0 ? weight : -weight - 1; });
        return s.pack();
    };
    EXPECT_EQ(packed_with(3), 46);
    EXPECT_EQ(packed_with(7), 46);
    const int of_31 = packed_with(31);
    EXPECT_LT(of_31, 46);
    EXPECT_LT(packed_with(127), of_31);
}

// At each corner, in the middle, of the first and the last image and channel: one value, by 1.
TEST_P(promised, a_promise_broken_by_one_value) {
    for (const data_type src : {data_type::u8, data_type::s8})
        for (const bool zero_point : {false, true})
            for (const int threads : {1, 4}) {
                problem p = layer_of(tile_id::sfc4x4, 48, 11, 15, 32, 4);
                p.src = src;
                p.src_zero_point = zero_point;
                subject s(p, plan_for(p, GetParam(), tile_id::sfc4x4, threads));
                if (zero_point) s.set_zero_point(20);
                std::mt19937 random(3);
                const value_range range = s.promise();
                s.fill_weights([&] { return static_cast<int>(random() % 16) - 8; });
                s.fill_source([&] { return std::uniform_int_distribution<int>(range.lo, range.hi)(random); });
                ASSERT_GT(s.pack(), 0);
                for (const dim n : {0, 1})
                    for (const dim y : {dim {0}, dim {5}, p.ih - 1})
                        for (const dim x : {dim {0}, dim {7}, p.iw - 1})
                            for (const dim c : {dim {0}, dim {30}, p.ic - 1})
                                for (const int value : {range.hi + 1, range.lo - 1}) {
                                    if (src == data_type::u8 && value + (zero_point ? 20 : 0) < 0) continue;
                                    const dim at = ((n * p.ih + y) * p.iw + x) * p.ic + c;
                                    s.set(at, value);
                                    EXPECT_EQ(s.run(), run_result::broken_promise);
                                    EXPECT_TRUE(s.is_untouched());
                                    s.set(at, range.hi);
                                }
                s.expect_exact();
            }
}

// What lies between the pixels of a view may be anything.
TEST_P(promised, views_into_bigger_tensors) {
    problem p = layer_of(tile_id::sfc4x4, 16, 9, 11, 32, 4);
    p.src_view = nhwc_strides {9 * 12 * 40, 12 * 40, 40};
    subject s(p, plan_for(p, GetParam(), tile_id::sfc4x4, 1));
    std::mt19937 random(5);
    s.fill_weights([&] { return static_cast<int>(random() % 16) - 8; });
    s.fill_source([] { return 255; });
    for (dim n = 0; n < p.mb; ++n)
        for (dim y = 0; y < p.ih; ++y)
            for (dim x = 0; x < p.iw; ++x)
                for (dim c = 0; c < p.ic; ++c)
                    s.set(n * p.src_view->n + y * p.src_view->h + x * p.src_view->w + c,
                            static_cast<int>(random() % 16));
    ASSERT_GT(s.pack(), 0);
    s.expect_exact();
}

} // namespace
} // namespace winodnn
