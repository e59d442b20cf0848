// Processes with a oneDNN inside of another library, of which the dynamic linker knows nothing.
#include "support/command.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

namespace winodnn::testing {
namespace {

namespace fs = std::filesystem;

const std::string preloaded = "LD_PRELOAD='" WINODNN_PRELOAD "' WINODNN_TILE=f4x4 ";
const std::string reaching = preloaded + "WINODNN_REACH=1 ";
const std::string inside = WINODNN_INSIDE_PLUGIN, shared = WINODNN_PROBE_PLUGIN;
const std::string host = std::string(WINODNN_LATE_HOST) + " direct ";

// What oneDNN says without winodnn: the implementation, and the checksum behind it.
std::string checksum_of(const std::string &line) {
    return line.substr(line.find("checksum"));
}

std::string of_onednn() {
    static const std::string text = output_of(host + inside);
    EXPECT_TRUE(text.starts_with("impl ")) << text;
    EXPECT_FALSE(text.starts_with("impl wino:")) << text;
    return text;
}

std::string last_line_with(const std::string &what, const std::string &text) {
    std::string found;
    for (const std::string &line : lines_of(text))
        if (line.find(what) != std::string::npos) found = line;
    return found;
}

TEST(reach, takes_over_what_is_inside_and_computes_the_same) {
    const std::string line = last_line_with("impl", output_of(reaching + host + inside));
    EXPECT_TRUE(line.starts_with("impl wino:f4x4")) << line;
    EXPECT_EQ(checksum_of(line), checksum_of(lines_of(of_onednn())[0]));
}

TEST(reach, finds_what_a_program_starts_with_and_what_it_has_itself) {
    for (const std::string name : {WINODNN_INSIDE_PROGRAM, WINODNN_INSIDE_ITSELF}) {
        const std::string program = name + " direct";
        EXPECT_EQ(output_of(preloaded + program), lines_of(of_onednn())[0] + "\n");
        const std::string reached = output_of(reaching + program);
        EXPECT_TRUE(reached.starts_with("impl wino:f4x4")) << reached;
        EXPECT_EQ(checksum_of(reached), checksum_of(lines_of(of_onednn())[0]) + "\n");
    }
}

TEST(reach, says_what_it_has_reached) {
    const std::string text = output_of(reaching + "WINODNN_VERBOSE=1 " + host + inside);
    EXPECT_NE(text.find("winodnn_verbose,info,reach:" + inside + ",oneDNN v3."), std::string::npos) << text;
    EXPECT_NE(text.find("status:active"), std::string::npos) << text;
}

TEST(reach, touches_nothing_unless_it_is_asked_to) {
    for (const std::string settings : {"", "WINODNN_REACH=0 ", "WINODNN_REACH=1 WINODNN_MODE=off "}) {
        const std::string text = output_of(preloaded + settings + "WINODNN_VERBOSE=2 " + host + inside);
        EXPECT_EQ(last_line_with("impl", text), lines_of(of_onednn())[0]) << settings;
        EXPECT_EQ(text.find("reach:"), std::string::npos) << text;
    }
}

TEST(reach, each_of_several_onednns_has_its_own_calls) {
    const std::string text = output_of(reaching + host + shared + " " + inside + " " + shared + " " + inside);
    int taken_over = 0;
    for (const std::string &line : lines_of(text)) {
        if (!line.starts_with("impl")) continue;
        EXPECT_TRUE(line.starts_with("impl wino:f4x4")) << line;
        EXPECT_EQ(checksum_of(line), checksum_of(lines_of(of_onednn())[0]));
        ++taken_over;
    }
    EXPECT_EQ(taken_over, 4) << text;
}

class changed_plugin : public ::testing::Test {
protected:
    changed_plugin() { fs::create_directory(folder_); }
    ~changed_plugin() override { fs::remove_all(folder_); }

    std::string changed_by(const std::string &command, const std::string &name = "plugin.so") const {
        const std::string copy = (folder_ / name).string();
        EXPECT_EQ(std::system((command + " " + inside + " " + copy).c_str()), 0);
        return copy;
    }
    static std::string refusal_of(const std::string &plugin) {
        const std::string text = output_of(reaching + "WINODNN_VERBOSE=1 " + host + plugin);
        EXPECT_EQ(last_line_with("impl", text), lines_of(of_onednn())[0]);
        const std::string beginning = "winodnn_verbose,info,reach:none," + plugin + ",";
        const std::string line = last_line_with("reach:", text);
        EXPECT_TRUE(line.empty() || line.starts_with(beginning)) << line;
        return line.empty() ? line : line.substr(beginning.size());
    }

private:
    const fs::path folder_ = fs::temp_directory_path() / ("changed_plugin." + std::to_string(getpid()));
};

TEST_F(changed_plugin, without_a_build_id_is_left_alone) {
    EXPECT_EQ(refusal_of(changed_by("objcopy --remove-section=.note.gnu.build-id")),
            "it has no build-id, by which memory and file could be compared");
}

TEST_F(changed_plugin, that_is_stripped_is_left_alone) {
    EXPECT_EQ(refusal_of(changed_by("objcopy --strip-all")), "");
}

TEST_F(changed_plugin, without_a_function_is_left_alone) {
    EXPECT_EQ(refusal_of(changed_by("objcopy --strip-symbol=dnnl_engine_get_kind")),
            "its symbol table has no dnnl_engine_get_kind");
}

// The decoder is looked for beside winodnn.
TEST_F(changed_plugin, is_left_alone_without_a_decoder) {
    const std::string folder = fs::path(changed_by("cp")).parent_path().string();
    const std::string copy = folder + "/libwinodnn.so";
    fs::copy_file(WINODNN_LIBRARY, copy);
    const std::string text = output_of("WINODNN_REACH=1 WINODNN_VERBOSE=1 LD_PRELOAD='" WINODNN_PRELOAD_FIRST
                                       + copy + "' " + host + inside);
    EXPECT_NE(text.find("reach:none," + inside + ",libwinodnn-zydis.so cannot be loaded"), std::string::npos)
            << text;
}

TEST_F(changed_plugin, may_go_and_another_come) {
    const std::string none = changed_by("objcopy --strip-all", "none.so"), copy = changed_by("cp", "copy.so");
    const std::string text =
            output_of(reaching + host + none + " " + copy + " " + none + " " + inside + " " + copy);
    std::string order;
    for (const std::string &line : lines_of(text))
        if (line.starts_with("impl")) order += line.starts_with("impl wino:") ? 'w' : 'o';
    EXPECT_EQ(order, "owoww") << text;
}

} // namespace
} // namespace winodnn::testing
