// Programs that use oneDNN's Graph API and know nothing of winodnn, with and without it preloaded.
#include "support/command.hpp"

#include <algorithm>
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

std::string computed(const std::string &line) {
    return line.substr(0, line.find(" winodnn "));
}

int executed(const std::string &line) {
    return std::stoi(line.substr(line.find(" winodnn ") + 9));
}

void compare(const std::string &cap, const std::string &argument) {
    const std::string program = WINODNN_GRAPH_PROBE " " + argument;
    const auto alone = lines_of(output_of(cap + program)),
               with = lines_of(output_of(cap + preloaded + program));
    ASSERT_EQ(alone.size(), 80u);
    ASSERT_EQ(with.size(), alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(executed(alone[i]), 0) << alone[i];
        if (is_exact(alone[i], cap)) {
            EXPECT_EQ(computed(with[i]), computed(alone[i]));
        }
    }
}

TEST(graph, convolutions_with_all_that_is_fused_are_winodnns_and_equal) {
    for (const std::string &cap : caps()) {
        SCOPED_TRACE(cap);
        compare(cap, "1");
        for (const std::string &line : lines_of(output_of(cap + preloaded + WINODNN_GRAPH_PROBE " 1")))
            EXPECT_EQ(executed(line), 2) << line;
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
        EXPECT_EQ(result(output_of(cap + preloaded + program)), alone);

        // One run to warm up, three that are timed. Eleven convolutions are 3x3 with stride 1; how many of
        // them winodnn takes is the dispatcher's to say.
        std::vector<std::string> executions;
        for (const std::string &line : lines_of(output_of(cap + "WINODNN_VERBOSE=1 " + preloaded + program)))
            if (line.find("exec,cpu,convolution,wino:") != std::string::npos) executions.push_back(line);
        EXPECT_GE(executions.size(), 4u * 6u);
        EXPECT_EQ(executions.size() % 4, 0u);
    }
}

} // namespace
} // namespace winodnn::testing
