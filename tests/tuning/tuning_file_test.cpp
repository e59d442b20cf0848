#include "tuning/tuning_file.hpp"

#include "tuning/tuning_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace winodnn {
namespace {

tuning_key key_of(const std::string &problem, int threads = 1) {
    return {"A CPU \"of\" some kind", "3.2.1", "0.1.0", "avx2", threads, "direct", problem};
}

tuning_result result_of(double time) {
    return {"f4x4:tiles24:chunks1", {{"direct", time + 0.5}, {"f4x4:tiles24:chunks1", time}}};
}

class tuning_file : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string text() const {
        std::ifstream file(path_);
        return (std::ostringstream() << file.rdbuf()).str();
    }
    void write(const std::string &text) const { std::ofstream(path_) << text; }

    std::string error_of(const std::string &text) const {
        write(text);
        try {
            read_tuning(path_);
            return "";
        } catch (const std::runtime_error &error) {
            return error.what();
        }
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("tuning_file_test." + std::to_string(getpid()));
    const std::string path_ = folder_ / "t.json";
};

TEST_F(tuning_file, comes_back_as_it_was) {
    EXPECT_TRUE(read_tuning(path_).empty()) << "there is none yet";
    tuning_results expected;
    for (int n = 0; n < 3; ++n) {
        expected[key_of("p" + std::to_string(n))] = result_of(n);
        add_to_tuning(path_, key_of("p" + std::to_string(n)), result_of(n));
    }
    EXPECT_EQ(read_tuning(path_), expected);
    // Another result of the same key takes the old one's place, that of another key does not.
    expected[key_of("p1")] = {"direct", {}};
    expected[key_of("p1", 2)] = result_of(7);
    add_to_tuning(path_, key_of("p1"), {"direct", {}});
    add_to_tuning(path_, key_of("p1", 2), result_of(7));
    EXPECT_EQ(read_tuning(path_), expected);
    // Of the way there only the lock is left.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
    EXPECT_EQ(std::ranges::count(text(), '\n'), 5) << "a line for each layer\n" << text();
}

TEST_F(tuning_file, errors_name_the_line) {
    add_to_tuning(path_, key_of("p1"), result_of(1));
    add_to_tuning(path_, key_of("p2"), result_of(2));
    const std::string good = text();
    const auto replaced = [&](const std::string &what, const std::string &by) {
        const auto at = good.rfind(what);
        EXPECT_NE(at, std::string::npos) << what;
        return std::string(good).replace(at, what.size(), by);
    };
    const auto expect = [&](const std::string &text, int line, const std::string &what) {
        const std::string error = error_of(text), place = path_ + ":" + std::to_string(line) + ": ";
        EXPECT_TRUE(error.starts_with(place) && error.find(what) != std::string::npos)
                << error << "\ninstead of " << place << what;
    };
    expect(replaced("\"winodnn_tuning\":1", "\"winodnn_tuning\":2"), 1, "version");
    expect(replaced("\"threads\":1", "\"threads\":0"), 3, "'threads' is out of range");
    expect(replaced("\"threads\":1", "\"threads\":\"1\""), 3, "not a number");
    expect(replaced("\"isa\":\"avx2\",", ""), 3, "'isa' is missing");
    expect(replaced("\"winner\":\"", "\"first\":\""), 3, "'first' is unknown");
    expect(replaced("\"direct\":2.5", "\"direct\":-2.5"), 3, "'direct' is out of range");
    expect(replaced("\"p2\"", "\"p1\""), 3, "the same layer again");
    expect(replaced("\"p2\"", "7"), 3, "'problem' is not a string");
    expect(replaced("{\"direct\":2.5", "[\"direct\":2.5"), 3, "not JSON");
    expect(good.substr(0, good.size() - 20), 3, "not JSON");
    expect("", 1, "not JSON");
    expect("[]", 1, "not an object");
    EXPECT_EQ(error_of(good), "");
}

TEST_F(tuning_file, that_is_not_understood_is_never_written_over) {
    const std::string broken = "{\"winodnn_tuning\":1,\n\"layers\":[{}]}\n";
    write(broken);
    EXPECT_THROW(add_to_tuning(path_, key_of("p"), result_of(1)), std::runtime_error);
    EXPECT_EQ(text(), broken);
    EXPECT_THROW(add_to_tuning(folder_ / "none" / "t.json", key_of("p"), result_of(1)), std::runtime_error);
    EXPECT_THROW(read_tuning(folder_), std::runtime_error);
}

// Whatever bytes: read, or refused with a line.
TEST_F(tuning_file, survives_any_change) {
    add_to_tuning(path_, key_of("p1"), result_of(1));
    add_to_tuning(path_, key_of("p2"), result_of(2));
    const std::string good = text();
    std::mt19937 random(1);
    int read = 0;
    for (int n = 0; n < 2000; ++n) {
        std::string changed = good;
        for (unsigned k = random() % 3 + 1; k > 0; --k)
            changed[random() % changed.size()] = static_cast<char>(random());
        if (n % 10 == 0) changed.resize(random() % changed.size());
        const std::string error = error_of(changed);
        if (error.empty())
            ++read;
        else
            EXPECT_TRUE(error.starts_with(path_ + ":")) << error;
    }
    EXPECT_GT(read, 0);
}

// Each of several processes, and each of its threads, adds layers of its own. None is lost, and at no time is
// there anything but a whole file.
TEST_F(tuning_file, many_writers_lose_nothing) {
    constexpr int processes = 4, threads = 2, layers = 12;
    add_to_tuning(path_, key_of("first"), result_of(0));
    std::vector<pid_t> children;
    for (int process = 0; process < processes; ++process) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto add_all = [&](int thread) {
                for (int n = 0; n < layers; ++n)
                    add_to_tuning(path_,
                            key_of(std::to_string(process) + "." + std::to_string(thread) + "."
                                    + std::to_string(n)),
                            result_of(n));
            };
            int status = 0;
            try {
                std::thread other(add_all, 1);
                add_all(0);
                other.join();
            } catch (const std::exception &) {
                status = 1;
            }
            _exit(status);
        }
        children.push_back(child);
    }
    std::size_t seen = 1;
    for (std::size_t running = children.size(); running > 0;) {
        const std::size_t now = read_tuning(path_).size();
        EXPECT_GE(now, seen);
        seen = now;
        int status = 0;
        const pid_t ended = waitpid(-1, &status, WNOHANG);
        ASSERT_GE(ended, 0);
        if (ended == 0) continue;
        EXPECT_EQ(status, 0);
        --running;
    }
    EXPECT_EQ(read_tuning(path_).size(), 1u + processes * threads * layers);
}

// They share the file, and the lock on it.
TEST_F(tuning_file, links_to_it_stand_for_it) {
    for (const std::string name : {"a", "b"}) {
        std::filesystem::create_directory(folder_ / name);
        std::filesystem::create_symlink("../t.json", folder_ / name / "link.json");
        add_to_tuning(folder_ / name / "link.json", key_of(name), result_of(1));
        EXPECT_TRUE(std::filesystem::is_symlink(folder_ / name / "link.json"));
        EXPECT_FALSE(std::filesystem::exists(folder_ / name / "link.json.lock"));
    }
    EXPECT_EQ(read_tuning(path_).size(), 2u);
    EXPECT_TRUE(std::filesystem::exists(path_ + ".lock"));
}

TEST_F(tuning_file, store_sees_what_others_add_and_gives_up_once) {
    tuning_store store(path_);
    EXPECT_FALSE(store.find(key_of("p")));
    EXPECT_FALSE(store.failed());
    add_to_tuning(path_, key_of("p"), result_of(3));
    EXPECT_EQ(store.find(key_of("p")), result_of(3));
    store.add(key_of("q"), result_of(4));
    EXPECT_EQ(read_tuning(path_).size(), 2u);

    write("{");
    EXPECT_EQ(store.find(key_of("p")), result_of(3)) << "known already";
    ::testing::internal::CaptureStderr();
    EXPECT_FALSE(store.find(key_of("r")));
    EXPECT_FALSE(store.find(key_of("s")));
    EXPECT_TRUE(store.failed());
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "winodnn: WINODNN_TUNE=" + path_ + ":1: not JSON; layers are not measured\n");
    EXPECT_EQ(text(), "{");
}

} // namespace
} // namespace winodnn
