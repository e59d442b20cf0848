// WINODNN_TUNE within one process: every kind of layer can be measured, and is computed as ever.
#include "winodnn/winodnn.h"

#include "convolution_case.hpp"
#include "tuning/spelling.hpp"
#include "tuning/tuning_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace winodnn::testing {
namespace {

using kind = post_op::kind;
using broadcast = post_op::broadcast;

// The variable is read once, at the first call of winodnn.
class tuning_path {
public:
    tuning_path() {
        std::filesystem::create_directories(folder_);
        setenv("WINODNN_TUNE", file().c_str(), 1);
    }
    ~tuning_path() { std::filesystem::remove_all(folder_); }
    std::string file() const { return folder_ / "tuning.json"; }

private:
    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("tuned_test." + std::to_string(getpid()));
} const path;

// What is known of a layer, whatever the machine. `algorithm` as in the file.
const tuning_result *find(const tuning_results &results, const problem &p, const std::string &algorithm) {
    const auto found = std::ranges::find_if(results, [&](const auto &entry) {
        return entry.first.problem == spelled(p) && entry.first.algorithm == algorithm;
    });
    return found == results.end() ? nullptr : &found->second;
}

convolution_case with_scales(dim ic = 20, dim oc = 37, dim ih = 6, dim iw = 7) {
    convolution_case c(ic, oc, ih, iw);
    c.p.src_scale = true;
    c.p.weights_scale = problem::weights_scale_kind::per_oc;
    c.p.bias = data_type::f32;
    return c;
}

convolution_case with_post_ops(std::vector<post_op> ops) {
    convolution_case c = with_scales();
    c.p.post_ops = std::move(ops);
    return c;
}

std::vector<convolution_case> cases_of_every_kind() {
    std::vector<convolution_case> all;
    all.emplace_back(16, 16, 5, 5);
    all.push_back(with_scales());
    all.back().p.mb = 3;
    all.back().p.bias = data_type::s8;
    all.back().p.weights_scale = problem::weights_scale_kind::common;
    all.push_back(with_scales());
    all.back().p.dst_scale = true;
    all.back().p.dst = data_type::s8;
    all.push_back(with_scales(34, 46, 5, 6));
    all.back().p.groups = all.back().p.mb = 2;
    all.back().p.dst_view = nhwc_strides {5 * 6 * 49, 6 * 49, 49};
    all.push_back(with_scales());
    all.back().p.src_zero_point = all.back().p.dst_zero_point = true;
    all.back().src_zero_point = 3;
    all.back().dst_zero_point = -2;
    all.push_back(with_scales());
    all.back().p.dst = data_type::s32;
    all.push_back(with_scales());
    all.back().user_scratchpad = true;
    all.back().p.dst = data_type::bf16;
    all.push_back(
            with_post_ops({{.op = kind::sum, .type = data_type::u8}, {.op = kind::relu, .alpha = 0.25f}}));
    all.push_back(with_post_ops({{.op = kind::prelu, .type = data_type::f32, .operand = broadcast::per_oc}}));
    for (const broadcast operand : {broadcast::common, broadcast::per_oc, broadcast::none})
        for (const data_type type :
                {data_type::f32, data_type::s8, data_type::bf16, data_type::f16, data_type::s32})
            all.push_back(with_post_ops({{.op = kind::binary_add,
                    .type = type,
                    .operand = operand,
                    .operand_strides = {6 * 7 * 37, 7 * 37, 37}}}));
    return all;
}

TEST(tuned, layers_of_every_kind_are_measured_and_computed_as_ever) {
    int measured = 0;
    for (const convolution_case &c : cases_of_every_kind()) {
        SCOPED_TRACE(to_string(c));
        if (!onednn_takes(c)) continue;
        check(c);
        convolution_case direct = c;
        direct.algorithm = dnnl::algorithm::convolution_direct;
        make_desc(direct);
        const tuning_results results = read_tuning(path.file());
        const tuning_result *by_name = find(results, c.p, "winograd"), *any = find(results, c.p, "direct");
        ASSERT_NE(by_name, nullptr);
        ASSERT_NE(any, nullptr);
        EXPECT_GE(by_name->measured.size(), 2u);
        EXPECT_NE(by_name->measured.front().choice, direct_choice);
        EXPECT_EQ(any->measured.front().choice, direct_choice);
        EXPECT_GE(any->measured.size(), 2u);
        ++measured;
    }
    EXPECT_GT(measured, 10);
}

TEST(tuned, post_ops_that_onednn_computes_are_measured) {
    convolution_case c = with_post_ops(
            {{.op = kind::staged, .function = static_cast<int>(dnnl::algorithm::eltwise_tanh)}});
    c.algorithm = dnnl::algorithm::convolution_direct;
    ASSERT_TRUE(onednn_takes(c));
    make_desc(c);
    EXPECT_NE(find(read_tuning(path.file()), c.p, "direct"), nullptr) << spelled(c.p);
}

TEST(tuned, direct_convolution_takes_part_and_is_taken_if_it_wins) {
    for (const dim pixels : {4, 32}) {
        convolution_case c = with_scales(48, 64, pixels, pixels);
        c.algorithm = dnnl::algorithm::convolution_direct;
        winodnn_reset_statistics();
        const auto desc = make_desc(c);
        const bool ours = std::string_view(desc.impl_info_str()).starts_with("wino:");
        winodnn_statistics_t counted {};
        winodnn_get_statistics(&counted);
        EXPECT_EQ(counted.taken_over, ours ? 1u : 0u);
        EXPECT_EQ(counted.declined, ours ? 0u : 1u);
        EXPECT_EQ(counted.executed, 0u) << "what measuring executes does not count";

        const tuning_results results = read_tuning(path.file());
        const tuning_result *known = find(results, c.p, "direct");
        ASSERT_NE(known, nullptr);
        EXPECT_EQ(known->measured.front().choice, direct_choice);
        EXPECT_GE(known->measured.size(), 2u);
        EXPECT_EQ(ours, known->winner != direct_choice);
        if (ours) {
            const std::string tile = known->winner.substr(0, known->winner.find(':'));
            EXPECT_TRUE(std::string_view(desc.impl_info_str()).starts_with("wino:" + tile + ":"));
        }
        make_desc(c);
        EXPECT_EQ(read_tuning(path.file()), results) << "measured once";
    }
}

TEST(tuned, threads_can_create_the_same_layer_and_others) {
    const std::size_t before = read_tuning(path.file()).size();
    std::vector<std::thread> threads;
    for (dim n = 0; n < 4; ++n)
        threads.emplace_back([n] {
            for (const dim pixels : {8 + n, dim {13}}) {
                convolution_case c = with_scales(16, 32, pixels, pixels);
                make_desc(c);
            }
        });
    for (std::thread &t : threads) t.join();
    EXPECT_EQ(read_tuning(path.file()).size(), before + 5);
    for (const dim pixels : {8, 9, 10, 11, 13}) check(with_scales(16, 32, pixels, pixels));
}

} // namespace
} // namespace winodnn::testing
