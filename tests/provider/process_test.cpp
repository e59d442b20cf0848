// Whole processes: linked and preloaded, environment variables, verbose output.
#include "support/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <string>
#include <unistd.h>
#include <xbyak/xbyak_util.h>

namespace winodnn::testing {
namespace {

const std::string preloaded = "LD_PRELOAD='" WINODNN_PRELOAD "' ";
const std::string linked_probe = WINODNN_LINKED_PROBE, plain_probe = WINODNN_PLAIN_PROBE;
const std::string plugin_probe = WINODNN_PROBE_HOST " " WINODNN_PROBE_PLUGIN;

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string checksum_in(const std::string &text) {
    const auto at = text.find("checksum ");
    return at == std::string::npos ? "none in: " + text : text.substr(at, 17);
}

TEST(process, without_winodnn_onednn_refuses_winograd) {
    EXPECT_TRUE(has(output_of(plain_probe + " winograd"), "refused "));
    EXPECT_FALSE(has(output_of(plain_probe + " direct"), "wino:"));
}

TEST(process, linked_preloaded_and_loaded_locally_give_the_same_bytes) {
    const std::string expected = checksum_in(output_of(plain_probe + " direct"));
    ASSERT_TRUE(expected.starts_with("checksum "));
    for (const std::string &command :
            {linked_probe, preloaded + plain_probe, preloaded + plugin_probe, preloaded + linked_probe}) {
        SCOPED_TRACE(command);
        const std::string by_name = output_of(command + " winograd");
        EXPECT_TRUE(has(by_name, "impl wino:f")) << by_name;
        EXPECT_EQ(checksum_in(by_name), expected);
        EXPECT_EQ(checksum_in(output_of(command + " direct")), expected);
    }
}

TEST(process, threads_are_those_that_onednns_own_calls_come_to) {
    if (!has(output_of(preloaded + "WINODNN_VERBOSE=1 " + plugin_probe + " winograd"), "runtime:OpenMP"))
        GTEST_SKIP() << "oneDNN has other threads";
    const std::string expected = checksum_in(output_of(plain_probe + " direct"));
    const std::string output =
            output_of(preloaded + WINODNN_PROBE_HOST " " WINODNN_OTHER_OPENMP_PLUGIN " winograd");
    EXPECT_TRUE(has(output, "impl wino:f")) << output;
    EXPECT_TRUE(has(output, "the other OpenMP\n")) << output;
    EXPECT_EQ(checksum_in(output), expected);
}

TEST(process, python_is_reached_through_the_process_and_not_through_the_librarys_own_handle) {
    // Python itself leaks, as the address sanitizer sees it.
    const std::string program = "'" WINODNN_CTYPES_PROBE "' '" WINODNN_ONEDNN "' ",
                      leaking = "ASAN_OPTIONS=detect_leaks=0 " + preloaded;
    EXPECT_TRUE(has(output_of(program + "process"), "refused 3"));
    EXPECT_TRUE(has(output_of(leaking + program + "process"), "impl wino:f"));
    // Looked up in libdnnl itself, functions are libdnnl's: nothing changes.
    EXPECT_TRUE(has(output_of(leaking + program + "library"), "refused 3"));
}

TEST(process, status_says_whether_calls_come_by) {
    const std::string late = output_of(WINODNN_STATUS_PROBE " " WINODNN_LIBRARY);
    EXPECT_EQ(late, "status 2 another library's functions come before winodnn's\n");
    const std::string verbose = "WINODNN_VERBOSE=1 ", line = "winodnn_verbose,info,status:";
    EXPECT_TRUE(has(output_of(verbose + linked_probe + " winograd"), line + "active,runtime:"));
    EXPECT_TRUE(has(output_of(preloaded + verbose + plain_probe + " winograd"), line + "active,runtime:"));
    EXPECT_TRUE(
            has(output_of("WINODNN_MODE=off WINODNN_VERBOSE=2 " + linked_probe + " direct"), line + "off,"));
    EXPECT_TRUE(has(output_of(verbose + linked_probe + " direct sse41")
                            + output_of("WINODNN_VERBOSE=2 " + linked_probe + " direct sse41"),
            line + "unsupported,"));
}

TEST(process, cap_of_the_program_is_honoured) {
    using Xbyak::util::Cpu;
    EXPECT_TRUE(has(output_of(linked_probe + " winograd avx2"), ":avx2 "));
    if (Cpu().has(Cpu::tAVX512BW)) {
        EXPECT_TRUE(has(output_of(linked_probe + " winograd avx512_core"), ":avx512_core "));
    }
    EXPECT_TRUE(has(output_of(linked_probe + " winograd sse41"), "refused "));
    EXPECT_TRUE(has(output_of("WINODNN_VERBOSE=2 " + linked_probe + " direct sse41"),
            "the instruction set is below AVX2, or capped there"));
}

TEST(process, mode_off_forwards_everything) {
    const std::string off = "WINODNN_MODE=off ";
    EXPECT_TRUE(has(output_of(off + linked_probe + " winograd"), "refused "));
    const std::string text = output_of(off + "WINODNN_VERBOSE=2 " + linked_probe + " direct");
    EXPECT_TRUE(has(text, "impl ")) << text;
    EXPECT_FALSE(has(text, "wino:")) << text;
    EXPECT_TRUE(has(text, ",WINODNN_MODE=off\n")) << text;
    EXPECT_TRUE(has(text, "mode:off")) << text;
    EXPECT_EQ(checksum_in(text), checksum_in(output_of(plain_probe + " direct")));
}

TEST(process, values_that_are_not_understood_are_reported_once_with_what_is) {
    const std::string text =
            output_of("WINODNN_MODE=fast WINODNN_VERBOSE=3 " + linked_probe + " winograd", true);
    const std::string mode =
            "winodnn: WINODNN_MODE=fast is not understood: it accepts off|exact|calibrated; using exact\n";
    ASSERT_TRUE(has(text, mode)) << text;
    EXPECT_FALSE(has(text.substr(text.find(mode) + 1), mode)) << text;
    EXPECT_TRUE(has(text, "winodnn: WINODNN_VERBOSE=3 is not understood: it accepts 0|1|2; using 0\n"))
            << text;
    EXPECT_TRUE(has(text, "impl wino:")) << text;
}

TEST(process, variables_that_nobody_reads_are_reported) {
    const std::string text = output_of("WINODNN_VERBOS=1 " + linked_probe + " winograd", true);
    EXPECT_TRUE(has(text, "winodnn: nothing reads WINODNN_VERBOS; the variables are WINODNN_MODE "
                          "WINODNN_VERBOSE WINODNN_REACH "
                          "WINODNN_JIT_DUMP WINODNN_TILE WINODNN_CALIBRATE "
                          "WINODNN_CALIBRATION WINODNN_SCALES WINODNN_TARGET_SNR "
                          "WINODNN_TUNE WINODNN_MAX_WEIGHTS_GROWTH WINODNN_SKIP\n"))
            << text;
}

TEST(process, growth_of_weights_is_bounded_through_the_environment) {
    const std::string bound = "WINODNN_MAX_WEIGHTS_GROWTH=", direct = linked_probe + " direct",
                      by_name = linked_probe + " winograd";
    const std::string expected = checksum_in(output_of(plain_probe + " direct"));
    EXPECT_TRUE(has(output_of(by_name), "impl wino:f4x4:"));
    const std::string smaller = output_of(bound + "4.0e0 " + by_name, true);
    EXPECT_TRUE(std::regex_search(smaller, std::regex("^impl wino:f[12]x[123]:"))) << smaller;
    EXPECT_EQ(checksum_in(smaller), expected);
    EXPECT_TRUE(has(output_of(bound + "1 " + by_name, true), "refused "));
    const std::string declined = output_of(bound + "1 WINODNN_VERBOSE=2 " + by_name);
    EXPECT_TRUE(has(declined, " times the bytes of plain ones, and 1 times are allowed\n")) << declined;
    EXPECT_FALSE(has(output_of(bound + "1 " + direct), "wino:"));
    for (const char *wrong : {"0.5", "0", "-3", "nan", "inf", "4x", "four", "4,5", " 4"}) {
        const std::string text = output_of(bound + "'" + wrong + "' " + by_name, true);
        EXPECT_TRUE(has(text, "winodnn: " + bound + wrong
                                      + " is not understood: it accepts a number that is at least 1; "
                                        "ignored\n"))
                << text;
        EXPECT_TRUE(has(text, "impl wino:")) << text;
    }
}

// A program that knows nothing of it is calibrated and then faster, if less exact.
TEST(process, is_calibrated_through_the_environment) {
    const std::string file = std::string(std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp")
                             + "/process_test." + std::to_string(getpid()) + ".json";
    const std::string use = "WINODNN_CALIBRATION='" + file + "' ", calibrated = "WINODNN_MODE=calibrated ";
    const std::string program = preloaded + plain_probe + " direct", exact = checksum_in(output_of(program));
    EXPECT_EQ(checksum_in(output_of("WINODNN_CALIBRATE='" + file + "' " + program)), exact);
    const std::string text = output_of(calibrated + use + "WINODNN_TARGET_SNR=10 " + program, true);
    EXPECT_TRUE(has(text, "impl wino:") && has(text, ":s8:")) << text;
    EXPECT_NE(checksum_in(text), exact);
    // The file by itself is for programs that ask for relaxed accumulation.
    EXPECT_EQ(checksum_in(output_of(use + program)), exact);
    EXPECT_EQ(checksum_in(output_of(calibrated + use + "WINODNN_TARGET_SNR=500 " + program)), exact);
    EXPECT_TRUE(has(output_of(calibrated + use + "WINODNN_TARGET_SNR=good " + program, true),
            "WINODNN_TARGET_SNR=good is not understood: it accepts a number of dB"));

    ASSERT_EQ(std::system(("sed -i '3s/tile/tail/' '" + file + "'").c_str()), 0);
    const std::string broken = output_of(calibrated + use + program, true);
    EXPECT_TRUE(has(broken, "winodnn: WINODNN_CALIBRATION=" + file
                                    + ":3: the key 'tail' is unknown here; all "
                                      "convolutions are exact\n"))
            << broken;
    EXPECT_EQ(checksum_in(broken), exact);
    std::remove(file.c_str());
    EXPECT_TRUE(has(output_of(calibrated + program, true),
            "WINODNN_MODE=calibrated without WINODNN_CALIBRATION; all convolutions are exact\n"));
}

TEST(process, is_silent_by_default) {
    const std::string text = output_of(linked_probe + " winograd", true);
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
    EXPECT_EQ(output_of("WINODNN_VERBOSE=0 WINODNN_MODE= " + linked_probe + " winograd", true), text);
}

TEST(process, verbose_1_shows_creations_and_executions) {
    const std::string text = output_of("WINODNN_VERBOSE=1 " + linked_probe + " winograd");
    for (const std::string &line : {std::string("info,winodnn v[0-9.]+"),
                 std::string("info,oneDNN v3[0-9.]+ .*"),
                 std::string("info,mode:exact,isa:[a-z0-9_]+,threads:[0-9]+"),
                 std::string("primitive,create,cpu,reorder,wino:pack,undef,src_f32::blocked:abcd::f0 "
                             "dst_s8::packed:f[0-9]x[0-9]::f0,,,128x128x3x3,[0-9.e-]+"),
                 std::string("primitive,exec,cpu,reorder,wino:pack,.*,[0-9.e-]+"),
                 std::string(
                         "primitive,exec,cpu,convolution,wino:f[0-9]x[0-9]:s16:[a-z0-9_]+,forward_inference,"
                         "src_u8::blocked:acdb::f0 wei_s8:a:packed:f[0-9]x[0-9]::f0 bia_undef::undef::: "
                         "dst_u8::blocked:acdb::f0,attr-scales:src0:0 ,alg:convolution_winograd "
                         "workspace:[1-9][0-9]*KiB,"
                         "mb1_ic128oc128_ih28oh28kh3sh1dh0ph1_iw27ow27kw3sw1dw0pw1,[0-9.e-]+")})
        EXPECT_TRUE(std::regex_search(text, std::regex("winodnn_verbose," + line + "\n"))) << line << "\n"
                                                                                           << text;
    EXPECT_FALSE(has(text, "decline"));
}

TEST(process, verbose_2_shows_refusals_and_their_reasons) {
    const std::string declined = output_of("WINODNN_MODE=off WINODNN_VERBOSE=2 " + linked_probe + " direct");
    EXPECT_TRUE(has(declined,
            "winodnn_verbose,primitive,create:decline,cpu,convolution,mb1_ic128oc128_ih28oh28kh3sh1dh0ph1_"
            "iw27ow27kw3sw1dw0pw1,WINODNN_MODE=off\n"))
            << declined;
    const std::string level_1 = output_of("WINODNN_MODE=off WINODNN_VERBOSE=1 " + linked_probe + " direct");
    EXPECT_FALSE(has(level_1, "decline")) << level_1;
}

// Nor any threads: a process that has a runtime must not get a second one.
TEST(process, library_drags_neither_onednn_nor_threads_in) {
    const std::string needed = output_of("readelf -d " WINODNN_LIBRARY);
    ASSERT_TRUE(has(needed, "NEEDED"));
    for (const char *other : {"dnnl", "gomp", "omp", "tbb"}) EXPECT_FALSE(has(needed, other)) << needed;
}

// A static object with a destructor would be gone while the program's own statics, and threads that are left
// running, still execute primitives; a thread's would need memory where none can be refused.
TEST(process, library_destroys_nothing_when_threads_and_the_process_end) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizer's own statics have destructors";
#endif
    const std::string symbols = output_of("nm -D --undefined-only " WINODNN_LIBRARY);
    ASSERT_TRUE(has(symbols, " U pthread_mutex_lock"));
    EXPECT_FALSE(has(symbols, "__cxa_atexit")) << symbols;
    EXPECT_FALSE(has(symbols, "__cxa_thread_atexit")) << symbols;
}

// And the few of C++ that benchdnn takes from libdnnl; and dlopen, after which there is something new to look
// at.
TEST(process, library_exports_onednns_functions_only) {
    int of_cxx = 0;
    for (const std::string &line : lines_of(output_of("nm -D --defined-only " WINODNN_LIBRARY))) {
        const bool cxx = has(line, " T _Z") && has(line, "_in_cacheEPK") + has(line, "_in_cachePK") == 1;
        of_cxx += cxx;
        EXPECT_TRUE(cxx || has(line, " T dnnl_") || has(line, " T winodnn_") || has(line, " T dlopen"))
                << line;
    }
    EXPECT_EQ(of_cxx, 4);
}

} // namespace
} // namespace winodnn::testing
