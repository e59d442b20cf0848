// Calibrations belong to weights behind one kind of source; whatever else the weights are given to is exact.
#include "winodnn/winodnn.h"

#include "calibration/calibration_file.hpp"
#include "calibration/samples.hpp"
#include "convolution_case.hpp"
#include "reference/reference.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;
using convolution_pd = dnnl::convolution_forward::primitive_desc;

constexpr dim ic = 48, oc = 64, pixels = 18;

// What the weights are behind.
struct source {
    data_type src = data_type::u8;
    std::vector<std::int32_t> zero_points {}; // none, one, or one for each channel
    bool has_other_weights = false;
};

class calibration_keys : public ::testing::Test {
protected:
    void SetUp() override {
        WINODNN_SKIP_WITHOUT_ISA();
        ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
    }
    void TearDown() override {
        winodnn_calibration_use(nullptr, 0);
        std::filesystem::remove(file_);
    }

    static const layer_samples &samples_of(data_type src) {
        static const layer_samples u8(1, ic, pixels, oc, 3, 3), s8(1, ic, pixels, oc, 3, 3, data_type::s8);
        return src == data_type::u8 ? u8 : s8;
    }
    static std::vector<std::int8_t> weights_of(const source &from) {
        const std::vector<std::int8_t> &w = samples_of(data_type::u8).weights;
        return from.has_other_weights ? std::vector<std::int8_t>(w.rbegin(), w.rend()) : w;
    }

    static problem problem_of(const source &from) {
        problem p = samples_of(from.src).p;
        p.src_zero_point = !from.zero_points.empty();
        p.src_zero_point_per_ic = from.zero_points.size() > 1;
        p.dst = data_type::s32;
        return p;
    }

    static convolution_pd describe(const source &from, const memory::desc &format = {}) {
        dnnl::primitive_attr attr;
        if (!from.zero_points.empty())
            attr.set_zero_points_mask(DNNL_ARG_SRC, from.zero_points.size() > 1 ? 2 : 0);
        const problem p = problem_of(from);
        return {cpu(), dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_winograd,
                src_desc(p, tag::nhwc),
                format.get_size() == 0 ? memory::desc({oc, ic, 3, 3}, type::s8, tag::any) : format,
                dst_desc(p, tag::nhwc), {1, 1}, {1, 1}, {1, 1}, attr};
    }

    template <typename T>
    static memory holding(const std::vector<T> &values, const memory::desc &desc) {
        memory m(desc, cpu());
        std::memcpy(m.get_data_handle(), values.data(), values.size() * sizeof(T));
        return m;
    }

    static memory packed(const convolution_pd &pd, const source &from) {
        memory plain = holding(weights_of(from), {{oc, ic, 3, 3}, type::s8, tag::oihw}),
               block(pd.weights_desc(), cpu());
        dnnl::stream stream(cpu());
        dnnl::reorder(plain, block).execute(stream, plain, block);
        stream.wait();
        return block;
    }

    static std::vector<std::int32_t> execute(
            const convolution_pd &pd, const memory &block, const source &from) {
        const memory dst(pd.dst_desc(), cpu());
        std::unordered_map<int, memory> args {
                {DNNL_ARG_SRC, holding(samples_of(from.src).source, pd.src_desc())},
                {DNNL_ARG_WEIGHTS, block}, {DNNL_ARG_DST, dst}};
        if (!from.zero_points.empty())
            args[DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC] = holding(
                    from.zero_points, {{static_cast<dim>(from.zero_points.size())}, type::s32, tag::a});
        dnnl::stream stream(cpu());
        dnnl::convolution_forward(pd).execute(stream, args);
        stream.wait();
        const auto *values = static_cast<const std::int32_t *>(dst.get_data_handle());
        return {values, values + oc * pixels * pixels};
    }

    static double decibels(const std::vector<std::int32_t> &values, const source &from) {
        const auto truth = reference_accumulators(problem_of(from), samples_of(from.src).source.data(),
                weights_of(from).data(), {from.zero_points.data(), data_type::s32});
        double signal = 0, noise = 0;
        for (std::size_t n = 0; n < values.size(); ++n) {
            signal += double(truth[n]) * truth[n];
            noise += (double(values[n]) - truth[n]) * (double(values[n]) - truth[n]);
        }
        return noise == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / noise);
    }

    static double decibels_of(const source &from) {
        const convolution_pd pd = describe(from);
        return decibels(execute(pd, packed(pd, from), from), from);
    }

    void calibrate(const std::vector<source> &seen) {
        ASSERT_EQ(winodnn_calibration_start(nullptr), 0) << winodnn_calibration_error();
        for (const source &from : seen) {
            const convolution_pd pd = describe(from);
            execute(pd, packed(pd, from), from);
        }
        ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
        ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0) << winodnn_calibration_error();
    }

    static void expect_calibrated(const source &from) {
        const std::uint64_t before = winodnn_executed_by_onednn();
        const double snr = decibels_of(from);
        EXPECT_GT(snr, 15);
        EXPECT_LT(snr, 100) << "nothing was quantized";
        EXPECT_EQ(winodnn_executed_by_onednn(), before);
    }
    static void expect_exact(const source &from) {
        const std::uint64_t before = winodnn_executed_by_onednn();
        EXPECT_EQ(decibels_of(from), std::numeric_limits<double>::infinity());
        EXPECT_EQ(winodnn_executed_by_onednn(), before);
    }

    static constexpr double all_in_8_bits = -1000;
    const source u8_ {data_type::u8}, s8_ {data_type::s8};
    const std::string file_ = std::filesystem::temp_directory_path()
                              / ("calibration_keys_test." + std::to_string(getpid()) + ".json");
};

TEST_F(calibration_keys, weights_behind_two_source_types) {
    for (const bool reversed : {false, true}) {
        const source &first = reversed ? s8_ : u8_, &second = reversed ? u8_ : s8_;
        calibrate({first, second});
        for (int round = 0; round < 2; ++round) {
            expect_calibrated(first);
            expect_calibrated(second);
        }
        // Of one of them only: the other one stays exact.
        calibrate({first});
        for (int round = 0; round < 2; ++round) {
            expect_exact(second);
            expect_calibrated(first);
        }
    }
}

// A layout for calibrated weights is also that of others of the same shape, which are calibrated for another
// one.
TEST_F(calibration_keys, weights_in_a_layout_that_others_are_calibrated_for) {
    const source other_s8 {data_type::s8, {}, true}, other_u8 {data_type::u8, {}, true};
    calibrate({u8_, other_s8});
    expect_calibrated(u8_);
    expect_calibrated(other_s8);
    expect_exact(s8_);
    expect_exact(other_u8);
}

TEST_F(calibration_keys, two_convolutions_share_weights) {
    calibrate({u8_});
    const convolution_pd first = describe(u8_), second = describe(u8_);
    ASSERT_EQ(first.weights_desc(), second.weights_desc());
    const memory block = packed(first, u8_);
    EXPECT_EQ(execute(first, block, u8_), execute(second, block, u8_));
    expect_calibrated(u8_);
}

// The reorder sees neither type nor values of zero points, and the weights are quantized by the time they are
// known: then oneDNN has the exact ones.
TEST_F(calibration_keys, other_zero_points) {
    const source ten {data_type::u8, {10}}, twenty {data_type::u8, {20}};
    calibrate({ten});
    const std::uint64_t before = winodnn_executed_by_onednn();
    for (int round = 0; round < 2; ++round) {
        expect_calibrated(ten);
        EXPECT_EQ(decibels_of(twenty), std::numeric_limits<double>::infinity());
    }
    EXPECT_EQ(winodnn_executed_by_onednn() - before, 2u);
    expect_exact(u8_); // without any
}

TEST_F(calibration_keys, zero_points_of_each_channel) {
    source equal {data_type::u8, std::vector<std::int32_t>(ic, 10)}, other = equal;
    other.zero_points[7] = 11;
    const source common {data_type::u8, {10}};
    try {
        describe(equal);
    } catch (const dnnl::error &e) {
        ASSERT_EQ(e.status, dnnl_unimplemented);
        GTEST_SKIP() << "this oneDNN has none for each channel at this instruction set";
    }
    calibrate({common});
    expect_calibrated(common);
    expect_calibrated(equal);
    EXPECT_EQ(decibels_of(other), std::numeric_limits<double>::infinity());
    calibrate({other});
    expect_calibrated(other);
    EXPECT_EQ(decibels_of(equal), std::numeric_limits<double>::infinity());
}

// One layout for four calibrations, with other components in 16 bits each.
TEST_F(calibration_keys, of_the_same_layout) {
    const std::vector<source> all {
            {data_type::u8, {0}}, {data_type::u8, {128}}, {data_type::s8, {0}}, {data_type::s8, {-128}}};
    calibrate(all);
    for (const double target : {all_in_8_bits, 25., 30.}) {
        ASSERT_EQ(winodnn_calibration_use(file_.c_str(), target), 0);
        const std::uint64_t before = winodnn_executed_by_onednn();
        for (const source &from : all) {
            const double snr = decibels_of(from);
            EXPECT_GT(snr, std::max(target, 15.) - 2.5);
            // Too much precision can cost more than exact sums do.
            if (target < 30) {
                EXPECT_LT(snr, 100);
            }
        }
        EXPECT_EQ(winodnn_executed_by_onednn(), before);
    }
}

// Zero points that follow the source from execution to execution.
TEST_F(calibration_keys, that_are_too_many_are_none) {
    std::vector<source> all {u8_};
    for (std::int32_t zero_point = 0; zero_point < 12; ++zero_point)
        all.push_back({data_type::s8, {zero_point}});
    calibrate(all);
    const calibration known = read_calibration(file_);
    ASSERT_EQ(known.layers.size(), 1u);
    expect_calibrated(u8_);
    expect_exact(all[3]);
}

// Components of 16 bits have no room for these.
TEST_F(calibration_keys, zero_points_outside_the_type_stay_exact) {
    const source outside {data_type::u8, {-2}};
    calibrate({outside, u8_});
    EXPECT_EQ(read_calibration(file_).layers.size(), 1u);
    expect_exact(outside);
    // Nor do weights that are quantized for one inside the type.
    calibrate({{data_type::u8, {0}}});
    EXPECT_EQ(decibels_of(outside), std::numeric_limits<double>::infinity());
}

TEST_F(calibration_keys, blocks_of_another_calibration_are_executed_by_onednn) {
    calibrate({u8_});
    const convolution_pd in_8_bits = describe(u8_);
    const memory block = packed(in_8_bits, u8_);
    const std::vector<std::int32_t> quantized = execute(in_8_bits, block, u8_);
    EXPECT_LT(decibels(quantized, u8_), 100);

    const auto expect_onednns = [&](const convolution_pd &pd) {
        const std::uint64_t before = winodnn_executed_by_onednn();
        EXPECT_EQ(decibels(execute(pd, block, u8_), u8_), std::numeric_limits<double>::infinity());
        EXPECT_EQ(winodnn_executed_by_onednn() - before, 1u);
    };
    // Other components in 16 bits; none; other weights.
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), 45), 0);
    expect_onednns(describe(u8_, in_8_bits.weights_desc()));
    ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
    expect_onednns(describe(u8_, in_8_bits.weights_desc()));
    calibration other = read_calibration(file_);
    other.layers[0].identity ^= 1;
    write_calibration(other, file_);
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0);
    expect_onednns(describe(u8_));
    // The one that it was made for still has it.
    EXPECT_EQ(execute(in_8_bits, block, u8_), quantized);
}

} // namespace
} // namespace winodnn::testing
