// Programs that use oneDNN's Graph API and know nothing of winodnn, with and without it preloaded.
#include "support/command.hpp"

#include "dnnl.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <xbyak/xbyak_util.h>

namespace winodnn::testing {
namespace {

const std::string preloaded = "LD_PRELOAD='" WINODNN_PRELOAD "' ";

bool has_vnni() {
    return Xbyak::util::Cpu().has(Xbyak::util::Cpu::tAVX512_VNNI);
}

// Capped below AMX, where direct convolution is faster and nothing is taken over.
std::vector<std::string> caps() {
    std::vector<std::string> list {"ONEDNN_MAX_CPU_ISA=AVX2 "};
    if (has_vnni()) list.push_back("ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI ");
    return list;
}

// Without VNNI oneDNN halves the weights for an s8 source: its result is not the true one.
bool is_exact(const std::string &line, const std::string &cap) {
    return cap.find("VNNI") != std::string::npos || line.find(",s8->") == std::string::npos;
}

int number_after(const std::string &line, const std::string &word) {
    return std::stoi(line.substr(line.find(word) + word.size()));
}

int executed(const std::string &line) {
    return number_after(line, " winodnn ");
}

struct outcome {
    std::vector<std::string> lines;
    std::string bytes; // of all graphs' outputs, of the same size each
};

outcome run(const std::string &command) {
    const std::string file = ::testing::TempDir() + "graph_outputs_" + std::to_string(getpid());
    outcome o {lines_of(output_of(command + " " + file)), {}};
    std::ifstream stream(file, std::ios::binary);
    o.bytes.assign(std::istreambuf_iterator<char>(stream), {});
    std::filesystem::remove(file);
    return o;
}

// Of whole outputs. Up to v3.2 oneDNN computes the documented formula as it stands, as winodnn does always.
// Later versions multiply the scales of a convolution without bias in advance, and so round otherwise, by
// one, what lies between two values.
bool onednn_keeps_the_formula() {
    return dnnl_version()->minor <= 2;
}

void expect_equal(const std::string &with, const std::string &alone) {
    std::size_t differing = 0;
    int most = 0;
    for (std::size_t i = 0; i < alone.size(); ++i) {
        differing += with[i] != alone[i];
        most = std::max(
                most, std::abs(static_cast<std::uint8_t>(with[i]) - static_cast<std::uint8_t>(alone[i])));
    }
    EXPECT_LE(differing, onednn_keeps_the_formula() ? 0 : alone.size() / 1000);
    EXPECT_LE(most, onednn_keeps_the_formula() ? 0 : 1);
}

void compare(const std::string &cap, const std::string &argument) {
    const std::string program = WINODNN_GRAPH_PROBE " " + argument;
    const outcome alone = run(cap + program), with = run(cap + preloaded + program);
    const std::size_t graphs = 80, bytes = 28 * 28 * 64;
    ASSERT_EQ(alone.lines.size(), graphs);
    ASSERT_EQ(with.lines.size(), graphs);
    ASSERT_EQ(alone.bytes.size(), graphs * bytes);
    ASSERT_EQ(with.bytes.size(), graphs * bytes);
    for (std::size_t i = 0; i < graphs; ++i) {
        SCOPED_TRACE(with.lines[i]);
        EXPECT_EQ(executed(alone.lines[i]), 0);
        EXPECT_GT(number_after(alone.lines[i], " spread "), 100) << "not much was computed";
        if (is_exact(alone.lines[i], cap))
            expect_equal(with.bytes.substr(i * bytes, bytes), alone.bytes.substr(i * bytes, bytes));
        if (argument == "1") {
            EXPECT_EQ(executed(with.lines[i]), 2);
        }
    }
}

TEST(graph, convolutions_with_all_that_is_fused_are_winodnns_and_equal) {
    for (const std::string &cap : caps()) {
        SCOPED_TRACE(cap);
        compare(cap, "1");
    }
}

// oneDNN then hands over some weights in plain layouts, which are declined; what is taken over is packed anew
// in each run.
TEST(graph, without_the_cache_of_constant_weights_results_are_equal) {
    for (const std::string &cap : caps()) {
        SCOPED_TRACE(cap);
        compare(cap, "0");
    }
}

TEST(graph, a_residual_network_computes_the_same) {
    for (const std::string &cap : caps()) {
        SCOPED_TRACE(cap);
        const auto result = [](const std::string &text) {
            const auto end = text.find(", median");
            EXPECT_NE(end, std::string::npos) << text;
            return text.substr(0, end);
        };
        const std::string program = WINODNN_RESNET_GRAPH " 3";
        const std::string alone = result(output_of(cap + program));

        // One run to warm up, three that are timed. Eleven convolutions are 3x3 with stride 1; how many of
        // them winodnn takes is the dispatcher's to say.
        std::vector<std::string> executions;
        for (const std::string &line : lines_of(output_of(cap + "WINODNN_VERBOSE=1 " + preloaded + program)))
            if (line.find("exec,cpu,convolution,wino:") != std::string::npos) executions.push_back(line);
        EXPECT_GE(executions.size(), 4u * 6u);
        EXPECT_EQ(executions.size() % 4, 0u);

        const std::string with = result(output_of(cap + preloaded + program));
        if (with != alone && !onednn_keeps_the_formula())
            GTEST_SKIP() << "this oneDNN rounds otherwise, and twenty layers add up: " << alone << " / "
                         << with;
        EXPECT_EQ(with, alone);
    }
}

} // namespace
} // namespace winodnn::testing
