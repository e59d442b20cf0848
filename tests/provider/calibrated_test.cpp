// Calibration and what comes of it, as a program sees it: through oneDNN's API and winodnn.h.
#include "winodnn/winodnn.h"

#include "calibration/calibration_file.hpp"
#include "calibration/samples.hpp"
#include "convolution_case.hpp"
#include "isa/isa_traits.hpp"
#include "reference/reference.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
using type = memory::data_type;
using convolution_pd = dnnl::convolution_forward::primitive_desc;

constexpr dim ic = 48, oc = 64, pixels = 18;

class calibrated : public ::testing::Test {
protected:
    void SetUp() override {
        WINODNN_SKIP_WITHOUT_ISA();
        ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
    }
    void TearDown() override {
        winodnn_calibration_use(nullptr, 0);
        std::filesystem::remove(file_);
    }

    convolution_pd describe(
            type dst, const dnnl::primitive_attr &attr = {}, bool bias = false, type src = type::u8) const {
        const memory::dims image = {2, ic, pixels, pixels}, output = {2, oc, pixels, pixels};
        return {cpu(), dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                {image, src, tag::nhwc}, {{oc, ic, 3, 3}, type::s8, tag::any},
                bias ? memory::desc({oc}, type::f32, tag::a) : memory::desc(), {output, dst, tag::nhwc},
                {1, 1}, {1, 1}, {1, 1}, attr};
    }

    template <typename T>
    static memory holding(const std::vector<T> &values, const memory::dims &dims, type t, tag format) {
        memory m({dims, t, format}, cpu());
        std::memcpy(m.get_data_handle(), values.data(), values.size() * sizeof(T));
        return m;
    }

    // Through the reorder, from s8 or from f32 that rounds to it.
    memory packed(const convolution_pd &pd, const std::vector<std::int8_t> &weights,
            const std::vector<float> *unrounded = nullptr) const {
        memory block(pd.weights_desc(), cpu());
        memory from = unrounded == nullptr ? holding(weights, {oc, ic, 3, 3}, type::s8, tag::oihw)
                                           : holding(*unrounded, {oc, ic, 3, 3}, type::f32, tag::oihw);
        dnnl::stream stream(cpu());
        dnnl::reorder(from, block).execute(stream, from, block);
        stream.wait();
        return block;
    }

    template <typename T>
    std::vector<T> execute(const convolution_pd &pd, const memory &weights,
            std::unordered_map<int, memory> more = {}) const {
        memory dst(pd.dst_desc(), cpu());
        more[DNNL_ARG_SRC] = holding(samples_.source, {2, ic, pixels, pixels}, type::u8, tag::nhwc);
        more[DNNL_ARG_WEIGHTS] = weights;
        more[DNNL_ARG_DST] = dst;
        dnnl::stream stream(cpu());
        dnnl::convolution_forward(pd).execute(stream, more);
        stream.wait();
        const T *values = static_cast<const T *>(dst.get_data_handle());
        return {values, values + 2 * oc * pixels * pixels};
    }

    void calibrate(const char *scales = nullptr) {
        ASSERT_EQ(winodnn_calibration_start(scales), 0) << winodnn_calibration_error();
        const convolution_pd pd = describe(type::s32);
        EXPECT_EQ(execute<std::int32_t>(pd, packed(pd, samples_.weights)), truth());
        ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    }

    const std::vector<std::int32_t> &truth() const {
        static const std::vector<std::int32_t> t =
                reference_accumulators(samples_.p, samples_.source.data(), samples_.weights.data());
        return t;
    }

    template <typename T>
    double decibels(const std::vector<T> &values) const {
        double signal = 0, noise = 0;
        for (std::size_t n = 0; n < values.size(); ++n) {
            signal += double(truth()[n]) * truth()[n];
            noise += (double(values[n]) - truth()[n]) * (double(values[n]) - truth()[n]);
        }
        return 10 * std::log10(signal / std::max(noise, 1e-9));
    }

    static std::string name_of(const convolution_pd &pd) { return pd.impl_info_str(); }

    static constexpr double all_in_8_bits = -1000;
    const layer_samples samples_ {2, ic, pixels, oc, 3, 3};
    const std::string file_ = std::filesystem::temp_directory_path()
                              / ("calibrated_test." + std::to_string(getpid()) + ".json");
};

TEST_F(calibrated, keeps_the_target_that_is_asked_for) {
    calibrate();
    double before = 0;
    for (const double target : {all_in_8_bits, 25., 35., 45.}) {
        ASSERT_EQ(winodnn_calibration_use(file_.c_str(), target), 0) << winodnn_calibration_error();
        EXPECT_STREQ(winodnn_mode(), "calibrated");
        const convolution_pd pd = describe(type::s32);
        if (name_of(pd).find(":s8:") == std::string::npos) {
            // Where so much precision costs more than exact sums do.
            EXPECT_GT(target, all_in_8_bits) << name_of(pd);
            continue;
        }
        const double snr = decibels(execute<std::int32_t>(pd, packed(pd, samples_.weights)));
        EXPECT_GE(snr, std::max(target, 15.) - 2.5);
        EXPECT_GE(snr, before - 1);
        EXPECT_LT(snr, 100) << "nothing was quantized";
        before = snr;
    }
    ASSERT_EQ(winodnn_calibration_use(nullptr, 0), 0);
    EXPECT_STREQ(winodnn_mode(), "exact");
    EXPECT_EQ(name_of(describe(type::s32)).find(":s8:"), std::string::npos);
}

TEST_F(calibrated, other_weights_stay_exact_in_the_same_layout) {
    calibrate();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0);
    const convolution_pd pd = describe(type::s32);
    ASSERT_NE(name_of(pd).find(":s8:"), std::string::npos) << name_of(pd);
    std::vector<std::int8_t> others = samples_.weights;
    others[5] ^= 1;
    EXPECT_EQ(execute<std::int32_t>(pd, packed(pd, others)),
            reference_accumulators(samples_.p, samples_.source.data(), others.data()));
    EXPECT_LT(decibels(execute<std::int32_t>(pd, packed(pd, samples_.weights))), 100);
}

// What follows the sums is done as ever, on the very values that an f32 destination gets.
TEST_F(calibrated, scales_bias_post_ops_and_rounding) {
    calibrate();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0);
    const convolution_pd plain = describe(type::f32);
    const auto sums = execute<float>(plain, packed(plain, samples_.weights));
    dnnl::primitive_attr attr;
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
    attr.set_scales_mask(DNNL_ARG_WEIGHTS, 1);
    attr.set_scales_mask(DNNL_ARG_DST, 0);
    attr.set_zero_points_mask(DNNL_ARG_DST, 0);
    dnnl::post_ops ops;
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.25f, 0.f);
    attr.set_post_ops(ops);
    const convolution_pd pd = describe(type::u8, attr, true);
    ASSERT_EQ(name_of(pd), name_of(plain));
    std::vector<float> weights_scales, bias;
    for (dim n = 0; n < oc; ++n) {
        weights_scales.push_back(0.001f * static_cast<float>(n + 1));
        bias.push_back(static_cast<float>(n - 30));
    }
    const float src_scale = 0.5f, dst_scale = 7.f;
    const std::int32_t zero_point = 40;
    const auto bytes = execute<std::uint8_t>(pd, packed(pd, samples_.weights),
            {{DNNL_ARG_BIAS, holding(bias, {oc}, type::f32, tag::a)},
                    {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC,
                            holding<float>({src_scale}, {1}, type::f32, tag::a)},
                    {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS,
                            holding(weights_scales, {oc}, type::f32, tag::a)},
                    {DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST,
                            holding<float>({dst_scale}, {1}, type::f32, tag::a)},
                    {DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST,
                            holding<std::int32_t>({zero_point}, {1}, type::s32, tag::a)}});
    for (std::size_t n = 0; n < sums.size(); ++n) {
        float y = sums[n] * (src_scale * weights_scales[n % oc]);
        y += bias[n % oc];
        y = y > 0 ? y : y * 0.25f;
        y = y * (1.f / dst_scale) + static_cast<float>(zero_point);
        ASSERT_EQ(bytes[n], std::nearbyint(std::clamp(y, 0.f, 255.f))) << n;
    }
}

// U is quantized from the f32 weights: closer to their convolution than s8 weights could be.
TEST_F(calibrated, f32_weights_are_quantized_once) {
    std::vector<float> unrounded;
    std::mt19937 random(3);
    for (const std::int8_t w : samples_.weights)
        unrounded.push_back(static_cast<float>(w) + static_cast<float>(random() % 900) / 1000 - 0.45f);
    calibrate();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), 45), 0);
    const convolution_pd pd = describe(type::f32);
    if (name_of(pd).find(":s8:") == std::string::npos) GTEST_SKIP() << "so precise a plan does not pay here";
    const auto from_s8 = execute<float>(pd, packed(pd, samples_.weights)),
               from_f32 = execute<float>(pd, packed(pd, samples_.weights, &unrounded));
    double error_s8 = 0, error_f32 = 0;
    const dim side = pixels;
    for (dim h = 0; h < side; h += 5)
        for (dim w = 0; w < side; w += 5)
            for (dim o = 0; o < oc; ++o) {
                double y = 0;
                for (dim kh = 0; kh < 3; ++kh)
                    for (dim kw = 0; kw < 3; ++kw)
                        for (dim i = 0; i < ic; ++i) {
                            const dim y0 = h + kh - 1, x0 = w + kw - 1;
                            if (y0 < 0 || y0 >= side || x0 < 0 || x0 >= side) continue;
                            y += samples_.source[static_cast<std::size_t>((y0 * side + x0) * ic + i)]
                                 * double(unrounded[static_cast<std::size_t>(
                                         ((o * ic + i) * 3 + kh) * 3 + kw)]);
                        }
                const auto at = static_cast<std::size_t>((h * side + w) * oc + o);
                error_s8 += (from_s8[at] - y) * (from_s8[at] - y);
                error_f32 += (from_f32[at] - y) * (from_f32[at] - y);
            }
    EXPECT_LT(error_f32, 0.5 * error_s8);
}

TEST_F(calibrated, blocks_come_back_as_s8) {
    calibrate();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0);
    const convolution_pd pd = describe(type::s32);
    const memory block = packed(pd, samples_.weights);
    memory s8({{oc, ic, 3, 3}, type::s8, tag::oihw}, cpu());
    dnnl::stream stream(cpu());
    dnnl::reorder(block, s8).execute(stream, const_cast<memory &>(block), s8);
    stream.wait();
    EXPECT_EQ(std::memcmp(s8.get_data_handle(), samples_.weights.data(), samples_.weights.size()), 0);
}

TEST_F(calibrated, layers_of_one_shape_have_their_own_calibrations) {
    ASSERT_EQ(winodnn_calibration_start(nullptr), 0);
    std::vector<std::int8_t> reversed(samples_.weights.rbegin(), samples_.weights.rend());
    const convolution_pd exact = describe(type::s32);
    const auto truth_of_reversed = execute<std::int32_t>(exact, packed(exact, reversed));
    execute<std::int32_t>(exact, packed(exact, samples_.weights));
    ASSERT_EQ(winodnn_calibration_write(file_.c_str()), 0) << winodnn_calibration_error();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0);
    const convolution_pd pd = describe(type::s32);
    EXPECT_GT(decibels(execute<std::int32_t>(pd, packed(pd, samples_.weights))), 15);
    const auto values = execute<std::int32_t>(pd, packed(pd, reversed));
    double signal = 0, noise = 0;
    for (std::size_t n = 0; n < values.size(); ++n) {
        signal += double(truth_of_reversed[n]) * truth_of_reversed[n];
        noise += std::pow(double(values[n]) - truth_of_reversed[n], 2);
    }
    EXPECT_GT(10 * std::log10(signal / noise), 15);
}

// As files of earlier versions are: ragged edges are whole tiles then, and a post-op that oneDNN computes
// (x^1: the same values) finds a stage for each block that there is.
TEST_F(calibrated, files_without_pieces_serve_every_size) {
    if (runs_on_queues()) GTEST_SKIP() << "declined where streams are SYCL queues";
    calibrate();
    calibration without = read_calibration(file_);
    std::size_t removed = 0;
    for (layer_calibration &layer : without.layers)
        removed += std::erase_if(layer.tiles,
                [](const tile_calibration &t) { return t.tile.outputs != tile_of(t.tile.id).outputs; });
    ASSERT_GT(removed, 0U);
    write_calibration(without, file_);
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), all_in_8_bits), 0) << winodnn_calibration_error();
    dnnl::primitive_attr staged;
    dnnl::post_ops ops;
    ops.append_eltwise(dnnl::algorithm::eltwise_pow, 1.f, 1.f);
    staged.set_post_ops(ops);
    int in_8_bits = 0;
    for (const dim side : {11, 14, 17, 22, 29, 38}) {
        const layer_samples sized(1, ic, side, oc, 3, 3);
        const auto outputs_with = [&](const dnnl::primitive_attr &attr) {
            const convolution_pd pd(cpu(), dnnl::prop_kind::forward_inference,
                    dnnl::algorithm::convolution_direct, {{1, ic, side, side}, type::u8, tag::nhwc},
                    {{oc, ic, 3, 3}, type::s8, tag::any}, {{1, oc, side, side}, type::f32, tag::nhwc}, {1, 1},
                    {1, 1}, {1, 1}, attr);
            in_8_bits += name_of(pd).find(":s8:") != std::string::npos;
            memory src = holding(sized.source, {1, ic, side, side}, type::u8, tag::nhwc),
                   dst(pd.dst_desc(), cpu());
            dnnl::stream stream(cpu());
            dnnl::convolution_forward(pd).execute(
                    stream, {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, packed(pd, samples_.weights)},
                                    {DNNL_ARG_DST, dst}});
            stream.wait();
            const auto *values = static_cast<const float *>(dst.get_data_handle());
            return std::vector<float>(values, values + oc * side * side);
        };
        const std::vector<float> plain = outputs_with({});
        EXPECT_EQ(outputs_with(staged), plain) << side;
        const auto exact = reference_accumulators(sized.p, sized.source.data(), samples_.weights.data());
        double signal = 0, noise = 0;
        for (std::size_t n = 0; n < plain.size(); ++n) {
            signal += double(exact[n]) * exact[n];
            noise += (double(plain[n]) - exact[n]) * (double(plain[n]) - exact[n]);
        }
        EXPECT_GT(10 * std::log10(signal / std::max(noise, 1e-9)), 15) << side;
    }
    EXPECT_GT(in_8_bits, 0);
}

TEST_F(calibrated, threads_share_one_primitive) {
    calibrate();
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), 20), 0);
    const convolution_pd pd = describe(type::s32);
    const memory block = packed(pd, samples_.weights);
    const auto expected = execute<std::int32_t>(pd, block);
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int k = 0; k < 3; ++k) EXPECT_EQ(execute<std::int32_t>(pd, block), expected);
        });
    for (std::thread &t : threads) t.join();
}

TEST_F(calibrated, what_cannot_be_is_an_error_with_a_reason) {
    EXPECT_EQ(winodnn_calibration_start("best"), -1);
    EXPECT_STREQ(winodnn_calibration_error(), "no scales are called so");
    EXPECT_EQ(winodnn_calibration_write(file_.c_str()), -1);
    EXPECT_STREQ(winodnn_calibration_error(), "no calibration was started");
    EXPECT_EQ(winodnn_calibration_use("/nowhere/none.json", 20), -1);
    EXPECT_STREQ(
            winodnn_calibration_error(), "/nowhere/none.json: cannot be read: No such file or directory");
    calibrate();
    EXPECT_EQ(winodnn_calibration_use(file_.c_str(), NAN), -1);
    ASSERT_EQ(winodnn_calibration_use(file_.c_str(), 20), 0);
    std::ofstream(file_) << "{\"winodnn_calibration\":4,\n\"scales\":\"mse\",\n\"layers\":[{}]}\n";
    EXPECT_EQ(winodnn_calibration_use(file_.c_str(), 20), -1);
    EXPECT_EQ(winodnn_calibration_error(), file_ + ":3: 'weights' is missing");
    EXPECT_STREQ(winodnn_mode(), "calibrated") << "the one before is still in use";
}

} // namespace
} // namespace winodnn::testing
