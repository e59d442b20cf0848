// The files of whole processes, in odd surroundings.
#include "support/command.hpp"
#include "support/device.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

const std::string probe = WINODNN_ODD_PROBE " ";

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string &text, const std::string &part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

class file_process : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static std::string text_of(const std::string &path) {
        std::ifstream file(path, std::ios::binary);
        return (std::ostringstream() << file.rdbuf()).str();
    }
    static void write(const std::string &path, const std::string &text) { std::ofstream(path) << text; }
    static bool is_calibration(const std::string &text) {
        return has(text, "{\"winodnn_calibration\":") && has(text, "\"weights\":\"")
               && text.ends_with("]}\n");
    }
    std::size_t files() const {
        return std::size_t(std::distance(std::filesystem::directory_iterator(folder_), {}));
    }

    // With a space and what shells and printf would take for something of theirs.
    const std::string folder_ =
            std::filesystem::temp_directory_path() / ("file process %s$ä." + std::to_string(getpid()));
    const std::string file_ = folder_ + "/layers.json";
    const std::string calibrating_ = "WINODNN_CALIBRATE='" + file_ + "' ";
    const std::string in_folder_ = "cd '" + folder_ + "' && ";
};

TEST_F(file_process, is_written_where_the_program_was_started) {
    const std::string elsewhere = folder_ + "/elsewhere";
    std::filesystem::create_directory(elsewhere);
    output_of(in_folder_ + "WINODNN_CALIBRATE=layers.json " + probe + "'chdir=" + elsewhere + "'");
    EXPECT_TRUE(is_calibration(text_of(file_)));
    EXPECT_EQ(files(), 2u);
}

// Ranges above 1000 would be a thousandth of what they are.
TEST_F(file_process, numbers_do_not_depend_on_the_locale) {
    output_of(calibrating_ + probe);
    const std::string expected = text_of(file_);
    ASSERT_TRUE(is_calibration(expected));
    std::filesystem::remove(file_);
    output_of(calibrating_ + probe + "digits");
    EXPECT_EQ(text_of(file_), expected);
}

TEST_F(file_process, place_that_cannot_be_written_is_reported_before_the_work_and_after_it) {
    const std::string text =
            output_of("WINODNN_CALIBRATE=/proc/none/layers.json WINODNN_VERBOSE=1 " + probe, true);
    const std::string problem = "/proc/none/layers.json: cannot be written: No such file or directory";
    const auto early = text.find("winodnn: WINODNN_CALIBRATE=" + problem + "; it is tried again");
    ASSERT_NE(early, std::string::npos) << text;
    EXPECT_LT(early, text.find("primitive,exec,cpu,convolution")) << text;
    EXPECT_TRUE(has(text, "winodnn: WINODNN_CALIBRATE: " + problem + "\n")) << text;
    EXPECT_TRUE(has(text, "impl wino:")) << text;
}

// A process among several that inherit the variable.
TEST_F(file_process, one_that_observes_nothing_leaves_the_others_file) {
    output_of(calibrating_ + probe);
    const std::string written = text_of(file_);
    ASSERT_TRUE(is_calibration(written));
    const std::string text = output_of(calibrating_ + probe + "create-only", true);
    EXPECT_TRUE(has(text, "winodnn: WINODNN_CALIBRATE: no convolution was observed; nothing is written\n"))
            << text;
    EXPECT_EQ(text_of(file_), written);
}

TEST_F(file_process, can_be_what_the_shell_makes_of_it) {
    EXPECT_TRUE(is_calibration(output_of("(WINODNN_CALIBRATE=/dev/fd/2 " + probe + "2>&1 >/dev/null)")));
    if (const std::string device = make_device(folder_ + "/null", null_device); !device.empty()) {
        output_of("WINODNN_CALIBRATE='" + device + "' " + probe);
        EXPECT_TRUE(std::filesystem::is_character_file(device));
    }
    output_of(calibrating_ + probe);
    const std::string pipe = "cat '" + file_ + "' | WINODNN_MODE=calibrated WINODNN_CALIBRATION=/dev/stdin ";
    const std::string text = output_of(pipe + "WINODNN_TARGET_SNR=-1000 WINODNN_VERBOSE=1 " + probe, true);
    EXPECT_TRUE(has(text, "winodnn_verbose,info,mode:calibrated,isa:")) << text;
    EXPECT_TRUE(has(text, "winodnn_verbose,info,calibration:used,layers:1,target:-1000dB\n")) << text;
}

// The program's first file gets the number of a stream that was closed.
TEST_F(file_process, data_of_the_program_is_not_printed_to) {
    const std::string data = folder_ + "/data", open = probe + "'data=" + data + "'";
    output_of("exec 2>&-; WINODNN_MODE=fast WINODNN_VERBOS=1 " + calibrating_ + open);
    EXPECT_EQ(text_of(data), "data");
    EXPECT_TRUE(is_calibration(text_of(file_)));
    output_of("exec 1>&-; WINODNN_VERBOSE=2 " + open);
    EXPECT_FALSE(has(text_of(data), "winodnn_verbose")) << text_of(data);
    EXPECT_TRUE(has(text_of(data), "data"));
    // Closed, and no file of anybody's there.
    output_of("exec 0<&- 1>&- 2>&-; WINODNN_MODE=fast WINODNN_VERBOSE=2 " + calibrating_ + probe);
    EXPECT_TRUE(is_calibration(text_of(file_)));
}

TEST_F(file_process, kernels_are_dumped_whatever_lies_in_the_way) {
    const std::string dumping = in_folder_ + "WINODNN_JIT_DUMP=1 " + probe, victim = folder_ + "/victim";
    output_of(dumping);
    std::vector<std::filesystem::path> dumps;
    for (const auto &entry : std::filesystem::directory_iterator(folder_)) dumps.push_back(entry.path());
    ASSERT_GE(dumps.size(), 3u);
    write(victim, "precious");
    for (const auto &dump : dumps) {
        EXPECT_TRUE(dump.filename().string().starts_with("winodnn_")) << dump;
        std::filesystem::remove(dump);
        std::filesystem::create_symlink(victim, dump);
    }
    output_of(dumping);
    EXPECT_EQ(text_of(victim), "precious");
    for (const auto &dump : dumps) {
        EXPECT_FALSE(std::filesystem::is_symlink(dump)) << dump;
        EXPECT_GT(std::filesystem::file_size(dump), 0u) << dump;
    }
    const std::string text = output_of("cd /proc && WINODNN_JIT_DUMP=1 " + probe, true);
    EXPECT_TRUE(has(text, "winodnn: WINODNN_JIT_DUMP: winodnn_")) << text;
    EXPECT_TRUE(has(text, "impl wino:")) << text;
}

// The owner's rights with the user's variables: WINODNN_CALIBRATE=/etc/passwd.
TEST_F(file_process, program_with_more_rights_than_its_users_reads_no_variables) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can make such a program for somebody else";
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the leak sanitizer cannot look into such a program";
#endif
    const std::string program = folder_ + "/setuid";
    std::filesystem::copy_file(WINODNN_ODD_PROBE, program);
    constexpr uid_t nobody = 65534;
    ASSERT_EQ(chown(program.c_str(), nobody, nobody), 0);
    ASSERT_EQ(chmod(program.c_str(), 04755), 0);
    ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
    const std::string variables = "WINODNN_VERBOSE=2 WINODNN_JIT_DUMP=1 " + calibrating_;
    const std::string text = output_of(in_folder_ + variables + "'" + program + "'", true);
    if (has(text, "winodnn_verbose")) {
        // Where the file system does not obey such bits, neither does the program get more rights.
        ASSERT_TRUE(has(output_of("findmnt -no OPTIONS -T '" + folder_ + "'"), "nosuid")) << text;
        GTEST_SKIP() << "the folder's file system has no such programs";
    }
    EXPECT_TRUE(has(text, "impl wino:")) << text;
    EXPECT_EQ(count(text, "is ignored: the program has more rights than the user who started it"), 3u)
            << text;
    EXPECT_EQ(files(), 1u) << "it has written files";
}

TEST_F(file_process, targets_are_numbers_of_decibels) {
    output_of(calibrating_ + probe);
    const std::string use = "WINODNN_MODE=calibrated WINODNN_CALIBRATION='" + file_ + "' WINODNN_VERBOSE=1 ";
    const auto with = [&](const std::string &value) {
        return output_of(use + "WINODNN_TARGET_SNR='" + value + "' " + probe, true);
    };
    for (const std::string good : {"30", "-1e300", "1e300", "0.5", "-0"}) {
        const std::string text = with(good);
        EXPECT_FALSE(has(text, "not understood")) << text;
        EXPECT_TRUE(has(text, "impl wino:")) << text;
    }
    const std::vector<std::string> not_understood {"25,5", " 25", "+25", "0x19", "nan", "inf", "1e999",
            "1e-400", "25dB", "\xff\n", std::string(100000, '9')};
    for (const std::string &bad : not_understood) {
        const std::string text = with(bad);
        EXPECT_TRUE(has(text, "winodnn: WINODNN_TARGET_SNR=" + bad
                                      + " is not understood: it accepts a number of dB; using 35\n"))
                << text.substr(0, 1000);
        EXPECT_TRUE(has(text, "target:35dB\n"));
    }
    EXPECT_TRUE(has(with(""), "target:35dB\n"));
}

} // namespace
} // namespace winodnn::testing
