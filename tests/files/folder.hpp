// A folder of a test's own, and processes that are forked off.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace winodnn::testing {

class in_a_folder : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        // For whoever a test becomes.
        std::filesystem::permissions(folder_, std::filesystem::perms::all);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static std::string text_of(const std::string &path) {
        std::ifstream file(path, std::ios::binary);
        return (std::ostringstream() << file.rdbuf()).str();
    }
    static void write(const std::string &path, const std::string &text) { std::ofstream(path) << text; }
    static mode_t mode_of(const std::string &path) {
        struct stat s {};
        return stat(path.c_str(), &s) == 0 ? s.st_mode & 07777 : 0;
    }
    // Names in the folder, sorted.
    std::string names() const {
        std::vector<std::string> all;
        for (const auto &entry : std::filesystem::directory_iterator(folder_))
            all.push_back(entry.path().filename());
        std::ranges::sort(all);
        std::string text;
        for (const std::string &name : all) text += (text.empty() ? "" : " ") + name;
        return text;
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("files_test." + std::to_string(getpid()));
    const std::string path_ = folder_ / "f.json";
};

template <typename Work>
std::string error_of(const Work &work) {
    try {
        work();
        return "";
    } catch (const std::runtime_error &error) {
        return error.what();
    }
}

// Root may do what others may not.
constexpr uid_t nobody = 65534, somebody_else = 65533;
inline bool is_root() {
    return geteuid() == 0;
}
inline bool become_nobody() {
    return !is_root() || setresuid(nobody, nobody, nobody) == 0;
}

} // namespace winodnn::testing
