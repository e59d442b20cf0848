// Processes with a oneDNN of another version, with several, or with none at first.
#include "support/command.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

namespace winodnn::testing {
namespace {

const std::string preloaded = "LD_PRELOAD='" WINODNN_PRELOAD "' ";
const std::string v2_program = WINODNN_V2_PROGRAM, v2_plugin = WINODNN_V2_PLUGIN;
const std::string v3_program = WINODNN_PLAIN_PROBE, v3_plugin = WINODNN_PROBE_PLUGIN;
const std::string host = WINODNN_LATE_HOST;

std::string of_v3() {
    static const std::string text = output_of(preloaded + v3_program + " winograd");
    EXPECT_TRUE(text.starts_with("impl wino:")) << text;
    return text;
}

TEST(several_onednns, v2_alone_is_called_as_without_winodnn) {
    EXPECT_EQ(output_of(v2_program), "v2 answered\n");
    EXPECT_EQ(output_of(preloaded + v2_program), "v2 answered\n");
}

TEST(several_onednns, v2_alone_in_a_plugin_is_called_as_without_winodnn) {
    EXPECT_EQ(output_of(host + " - " + v2_plugin), "v2 answered\n");
    EXPECT_EQ(output_of(preloaded + host + " - " + v2_plugin),
            "status 3\nattr 3 md 0\nv2 answered\nstatus 3\nattr 3 md 0\n");
}

TEST(several_onednns, each_caller_gets_its_own) {
    EXPECT_EQ(output_of(preloaded + v2_program + " " + v3_plugin + " winograd"),
            "v2 answered\n" + of_v3() + "v2 answered\n");
    const std::string before = "status 3\nattr 3 md 0\n", after = "status 0\nattr 0 md 0\n";
    EXPECT_EQ(output_of(preloaded + host + " winograd " + v2_plugin + " " + v3_plugin + " " + v2_plugin),
            before + "v2 answered\n" + before + of_v3() + after + "v2 answered\n" + after);
    EXPECT_EQ(output_of(preloaded + host + " winograd " + v3_plugin + " " + v2_plugin + " " + v3_plugin),
            before + of_v3() + after + "v2 answered\n" + after + of_v3() + after);
}

TEST(several_onednns, a_caller_may_have_its_own_from_a_library_that_it_needs) {
    const std::string indirect = WINODNN_V2_INDIRECT_PLUGIN;
    const std::string before = "status 3\nattr 3 md 0\n", after = "status 0\nattr 0 md 0\n";
    EXPECT_EQ(output_of(preloaded + host + " winograd " + v3_plugin + " " + indirect + " " + v3_plugin),
            before + of_v3() + after + "v2 answered\n" + after + of_v3() + after);
}

TEST(several_onednns, v3_is_found_behind_a_v2) {
    EXPECT_EQ(output_of("LD_PRELOAD='" WINODNN_PRELOAD ":" WINODNN_FAKE_V2 "' " + v3_program + " winograd"),
            of_v3());
}

// What was asked before oneDNN was there must not be remembered.
TEST(several_onednns, none_at_first_and_v3_later) {
    const std::string before = "status 3\nattr 3 md 0\n", after = "status 0\nattr 0 md 0\n";
    EXPECT_EQ(output_of(preloaded + host + " winograd " + v3_plugin), before + of_v3() + after);
}

TEST(several_onednns, plugins_are_unloaded_and_loaded_again_elsewhere) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::temp_directory_path() / ("several_onednns." + std::to_string(getpid()));
    fs::create_directory(folder);
    std::string command = preloaded + host + " winograd", expected = "status 3\nattr 3 md 0\n";
    for (int copy = 0; copy < 3; ++copy) {
        const fs::path file = folder / ("plugin" + std::to_string(copy) + ".so");
        fs::copy_file(v3_plugin, file);
        command += " " + file.string() + " " + v3_plugin;
        for (int i = 0; i < 2; ++i) expected += of_v3() + "status 0\nattr 0 md 0\n";
    }
    EXPECT_EQ(output_of(command), expected);
    fs::remove_all(folder);
}

} // namespace
} // namespace winodnn::testing
