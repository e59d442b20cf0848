// WINODNN_TUNE over several processes: the first one measures, the others do what the file says.
#include "support/command.hpp"
#include "tuning/tuning_file.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace winodnn::testing {
namespace {

std::size_t count(const std::string &text, const std::string &part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

const std::string program = WINODNN_LINKED_PROBE;
const std::string measured = "winodnn_verbose,primitive,tune,cpu,convolution,";

std::string checksum_in(const std::string &text) {
    const auto at = text.find("checksum ");
    return at == std::string::npos ? "none in: " + text : text.substr(at, 17);
}

class tuned_process : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string run(const std::string &algorithm = "direct", bool errors = false) const {
        return output_of(with_file_ + program + " " + algorithm, errors);
    }
    std::string content() const {
        std::ifstream file(file_);
        return (std::ostringstream() << file.rdbuf()).str();
    }
    void write(const std::string &content) const { std::ofstream(file_) << content; }
    // The only layer's.
    void plant(const std::string &winner) const {
        tuning_results results = read_tuning(file_);
        ASSERT_EQ(results.size(), 1u);
        const auto [key, result] = *results.begin();
        add_to_tuning(file_, key, {winner, result.measured});
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("tuned_process." + std::to_string(getpid()));
    const std::string file_ = folder_ / "tuning.json";
    const std::string with_file_ = "WINODNN_VERBOSE=2 WINODNN_TUNE='" + file_ + "' ";
    const std::string expected_ = checksum_in(output_of(std::string(WINODNN_PLAIN_PROBE) + " direct"));
};

TEST_F(tuned_process, nothing_is_measured_without_the_variable) {
    EXPECT_EQ(count(output_of("WINODNN_VERBOSE=2 " + program + " direct"), ",tune,"), 0u);
}

TEST_F(tuned_process, first_one_measures_and_the_next_one_remembers) {
    const std::string first = run();
    EXPECT_EQ(count(first, measured), 1u) << first;
    EXPECT_EQ(count(first, "winner:"), 1u) << first;
    EXPECT_LE(count(first, "primitive,exec,cpu,convolution,"), 1u) << "the program's own\n" << first;
    EXPECT_EQ(checksum_in(first), expected_);
    const std::string written = content();
    const tuning_results results = read_tuning(file_);
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results.begin()->first.algorithm, "direct");
    EXPECT_FALSE(results.begin()->first.cpu.empty());
    EXPECT_EQ(results.begin()->second.measured.front().choice, "direct");

    const std::string second = run();
    EXPECT_EQ(count(second, measured), 0u) << second;
    EXPECT_EQ(checksum_in(second), expected_);
    EXPECT_EQ(content(), written);
}

// What was measured without a bound would be chosen from plans that the bound forbids, and the other way
// round.
TEST_F(tuned_process, a_layer_under_a_bound_on_its_weights_is_another_one) {
    const auto bounded = [&](const char *growth) {
        return output_of(std::string("WINODNN_MAX_WEIGHTS_GROWTH=") + growth + " " + with_file_ + program
                         + " winograd");
    };
    run("winograd");
    const tuning_results first = read_tuning(file_);
    EXPECT_EQ(count(bounded("4"), measured), 1u);
    const tuning_results second = read_tuning(file_);
    ASSERT_EQ(second.size(), 2u);
    for (const auto &[key, result] : second) {
        if (first.contains(key)) continue;
        EXPECT_TRUE(key.problem.ends_with(" max_weights_growth:4")) << key.problem;
        for (const timed_choice &t : result.measured) EXPECT_FALSE(t.choice.starts_with("f4x4:")) << t.choice;
    }
    EXPECT_EQ(count(bounded("4"), measured), 0u);
    const std::string none = bounded("1");
    EXPECT_EQ(count(none, measured), 0u);
    EXPECT_EQ(count(none, " times are allowed\n"), 1u) << none;
    EXPECT_EQ(read_tuning(file_), second);
}

TEST_F(tuned_process, by_name_is_a_layer_of_its_own_without_direct_convolution) {
    EXPECT_EQ(checksum_in(run("winograd")), expected_);
    const tuning_results results = read_tuning(file_);
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results.begin()->first.algorithm, "winograd");
    for (const timed_choice &t : results.begin()->second.measured) EXPECT_NE(t.choice, "direct");
    EXPECT_EQ(count(run("direct"), measured), 1u);
    EXPECT_EQ(read_tuning(file_).size(), 2u);
}

TEST_F(tuned_process, file_is_obeyed) {
    run();
    plant("direct");
    const std::string direct = run();
    EXPECT_EQ(count(direct, "direct convolution was the fastest when it was measured"), 1u) << direct;
    EXPECT_EQ(count(direct, "impl wino:"), 0u) << direct;
    EXPECT_EQ(count(direct, measured), 0u) << direct;
    EXPECT_EQ(checksum_in(direct), expected_);
    // Whatever was the fastest.
    const std::vector<timed_choice> choices = read_tuning(file_).begin()->second.measured;
    ASSERT_GE(choices.size(), 3u);
    for (const timed_choice &choice : choices) {
        if (choice.choice == "direct") continue;
        const std::string &plan = choice.choice;
        plant(plan);
        const std::string text = run();
        EXPECT_EQ(count(text, measured), 0u) << text;
        EXPECT_EQ(count(text, "impl wino:" + plan.substr(0, plan.find(':') + 1)), 1u) << text;
        EXPECT_EQ(checksum_in(text), expected_);
    }
}

TEST_F(tuned_process, what_this_winodnn_does_not_have_is_measured_again) {
    run();
    plant("f9x9:tiles12:chunks1");
    const std::string text = run();
    EXPECT_EQ(count(text, measured), 1u) << text;
    EXPECT_EQ(checksum_in(text), expected_);
    EXPECT_NE(read_tuning(file_).begin()->second.winner, "f9x9:tiles12:chunks1");
    EXPECT_EQ(read_tuning(file_).size(), 1u);
}

TEST_F(tuned_process, file_that_is_not_understood_is_left_alone) {
    const std::string broken = "{\"winodnn_tuning\":1,\n\"layers\":[{\"cpu\":1}]}\n";
    write(broken);
    const std::string text = run("direct", true);
    EXPECT_EQ(count(text, "winodnn: WINODNN_TUNE=" + file_ + ":2: "), 1u) << text;
    EXPECT_EQ(count(text, measured), 0u) << text;
    EXPECT_EQ(checksum_in(text), expected_);
    EXPECT_EQ(content(), broken);
}

TEST_F(tuned_process, place_that_cannot_be_written_is_reported) {
    const std::string text = output_of("WINODNN_TUNE='" + file_ + "/none' " + program + " direct", true);
    EXPECT_EQ(count(text, "winodnn: WINODNN_TUNE="), 1u) << text;
    EXPECT_EQ(checksum_in(text), expected_);
}

TEST_F(tuned_process, several_at_once_write_one_file) {
    const std::string direct = with_file_ + program + " direct", by_name = with_file_ + program + " winograd";
    const std::string text = output_of("(" + direct + " & " + by_name + " & " + direct + " & wait)");
    EXPECT_EQ(count(text, expected_), 3u) << text;
    EXPECT_EQ(read_tuning(file_).size(), 2u);
    EXPECT_EQ(count(run("direct") + run("winograd"), measured), 0u);
}

} // namespace
} // namespace winodnn::testing
