#include "reach/specimen.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

namespace fs = std::filesystem;

class symbol_file_test : public ::testing::Test {
protected:
    symbol_file_test() { fs::create_directory(folder_); }
    ~symbol_file_test() override { fs::remove_all(folder_); }

    std::string changed_by(const std::string &command) const {
        const fs::path copy = folder_ / "copy.so";
        EXPECT_EQ(std::system((command + " " WINODNN_SPECIMEN " " + copy.string()).c_str()), 0);
        return copy.string();
    }

private:
    const fs::path folder_ = fs::temp_directory_path() / ("symbol_file_test." + std::to_string(getpid()));
};

constexpr std::string_view names[] = {"specimen_plain", "specimen_short", "specimen_nobody_has"};

TEST_F(symbol_file_test, finds_functions_that_nobody_outside_sees) {
    const auto file = symbol_file::open(WINODNN_SPECIMEN);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_TRUE(file->has_symbols());
    const auto found = file->find(names);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_TRUE(found.at("specimen_short").is_unique);
    EXPECT_EQ(found.at("specimen_short").size, 6u); // endbr64, nop, ret
    const specimen loaded(WINODNN_SPECIMEN);
    EXPECT_TRUE(loaded.image().contains(loaded.code_of("specimen_plain").data()));
    EXPECT_EQ(loaded.call("specimen_plain", 4), 5);
}

TEST_F(symbol_file_test, a_stripped_file_has_none) {
    const auto file = symbol_file::open(changed_by("objcopy --strip-all"));
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_FALSE(file->has_symbols());
    EXPECT_TRUE(file->find(names).empty());
}

TEST_F(symbol_file_test, a_build_id_is_of_file_and_memory) {
    const specimen loaded(WINODNN_SPECIMEN);
    EXPECT_EQ(loaded.image().build_id.size(), 20u);
    EXPECT_EQ(loaded.image().build_id, symbol_file::open(WINODNN_SPECIMEN)->build_id());
    const auto other = symbol_file::open(WINODNN_ZYDIS);
    ASSERT_TRUE(other);
    EXPECT_NE(other->build_id(), loaded.image().build_id);
}

TEST_F(symbol_file_test, what_is_no_library_is_refused) {
    EXPECT_FALSE(symbol_file::open("/nowhere"));
    EXPECT_FALSE(symbol_file::open("/dev/zero"));
    EXPECT_FALSE(symbol_file::open("/proc/self/status"));
    const std::string cut = changed_by("cp");
    fs::resize_file(cut, 40);
    EXPECT_FALSE(symbol_file::open(cut));
}

// Whatever is damaged in it, nothing beyond the file is read.
TEST_F(symbol_file_test, a_damaged_file_is_survived) {
    std::ifstream original(WINODNN_SPECIMEN, std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(original)), std::istreambuf_iterator<char>());
    const std::string copy = changed_by("cp");
    unsigned state = 1;
    for (int round = 0; round < 300; ++round) {
        std::string damaged =
                content.substr(0, round % 3 == 0 ? content.size() * (round + 1) / 301 : content.size());
        for (int i = 0; i < 20; ++i) {
            state = state * 1664525 + 1013904223;
            // The header, and the tables at the end.
            const std::size_t at = i % 2 == 0 ? state % std::min<std::size_t>(64, damaged.size())
                                              : damaged.size() - 1 - state % (damaged.size() / 2);
            state = state * 1664525 + 1013904223;
            damaged[at] = static_cast<char>(i == 0 ? content[at] : state >> 24);
        }
        std::ofstream(copy, std::ios::binary | std::ios::trunc) << damaged;
        if (const auto file = symbol_file::open(copy)) file->find(names);
    }
}

} // namespace
} // namespace winodnn::testing
