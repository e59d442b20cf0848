#include "files/text_lines.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace winodnn {
namespace {

class text_lines : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::vector<numbered_line> lines_of_text(const std::string &text) const {
        std::ofstream(file_, std::ios::binary) << text;
        return lines_of(file_);
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("text_lines_test." + std::to_string(getpid()));
    const std::string file_ = folder_ / "list";
};

std::string error_of(const std::string &path) {
    try {
        lines_of(path);
        return "";
    } catch (const std::runtime_error &error) {
        return error.what();
    }
}

TEST_F(text_lines, are_numbered_and_without_comments) {
    const auto lines = lines_of_text("# a comment\n\none\r\n  \t two words \n\t# another\nthree");
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0].number, 3);
    EXPECT_EQ(lines[0].text, "one");
    EXPECT_EQ(lines[1].number, 4);
    EXPECT_EQ(lines[1].text, "two words");
    EXPECT_EQ(lines[2].number, 6);
    EXPECT_EQ(lines[2].text, "three");
    EXPECT_TRUE(lines_of_text("").empty());
    EXPECT_EQ(lines_of_text(std::string("a\0b\n", 4))[0].text, std::string("a\0b", 3));
    EXPECT_EQ(lines_of_text(std::string(100'000, 'x')).at(0).text.size(), 100'000u);
}

TEST_F(text_lines, of_what_is_no_file_are_refused) {
    EXPECT_EQ(error_of(file_), file_ + ": cannot be read");
    EXPECT_EQ(error_of(folder_), folder_.string() + ": cannot be read");
    EXPECT_EQ(error_of("/dev/zero"), "/dev/zero: is larger than 16 MiB");
}

} // namespace
} // namespace winodnn
