// WINODNN_SKIP: a list of layers that winodnn leaves alone.
#include "convolution_case.hpp"
#include "support/command.hpp"

#include "winodnn/winodnn.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace winodnn::testing {
namespace {

const std::string program = WINODNN_LINKED_PROBE;
// What the probe creates.
const std::string shape = "mb1_ic128oc128_ih28oh28kh3sh1dh0ph1_iw27ow27kw3sw1dw0pw1";

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string checksum_in(const std::string &text) {
    const auto at = text.find("checksum ");
    return at == std::string::npos ? "none in: " + text : text.substr(at, 17);
}

class skip : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // Of the probe that asks for Winograd by name, or as it is in other programs; with stderr.
    std::string run_with(const std::string &list, const std::string &algorithm = "winograd") const {
        std::ofstream(file_) << list;
        return output_of(variable_ + " WINODNN_VERBOSE=2 " + program + " " + algorithm, true);
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("skip_test." + std::to_string(getpid()));
    const std::string file_ = folder_ / "list.txt", variable_ = "WINODNN_SKIP='" + file_ + "'";
};

TEST_F(skip, what_is_listed_is_left_to_onednn_with_the_line_for_a_reason) {
    const std::string expected = checksum_in(output_of(program + " direct"));
    for (const std::string &line : {shape, std::string("ic128oc128"), std::string("mb1kh3kw3")}) {
        const std::string text = run_with("# not us\nic32\n\n" + line + "\n");
        EXPECT_TRUE(has(text, "refused ")) << text;
        EXPECT_TRUE(has(text, "winodnn_verbose,primitive,create:decline,cpu,convolution," + shape
                                      + ",WINODNN_SKIP=" + file_ + ":4\n"))
                << text;
    }
    const std::string named = run_with("ic128n\"slower in our product\"", "direct");
    EXPECT_TRUE(has(named, ",WINODNN_SKIP=" + file_ + ":1: slower in our product\n")) << named;
    EXPECT_FALSE(has(named, "impl wino:")) << named;
    EXPECT_EQ(checksum_in(named), expected);
}

TEST_F(skip, what_is_not_listed_is_taken_over) {
    for (const std::string &list :
            {std::string(), std::string("ic32\nmb2\noc64ic64ih13\nid1\n"), std::string("#") + shape + "\n"}) {
        const std::string text = run_with(list);
        EXPECT_TRUE(has(text, "impl wino:")) << text;
        EXPECT_FALSE(has(text, "WINODNN_SKIP")) << text;
    }
}

TEST_F(skip, lines_that_are_not_understood_are_reported_once_and_the_others_used) {
    const std::string text = run_with("ic16kx3\nic64oc\nnall of them\n\nic128\n");
    const std::string place = "winodnn: WINODNN_SKIP=" + file_;
    for (const std::string &line :
            {place + ":1: 'kx' is not an entry of a convolution; the line is ignored\n",
                    place + ":2: 'oc' needs a number from 0 to 281474976710656; the line is ignored\n",
                    place + ":3: no size is given, which would be every layer; the line is ignored\n"}) {
        ASSERT_TRUE(has(text, line)) << text;
        EXPECT_FALSE(has(text.substr(text.find(line) + 1), line)) << text;
    }
    EXPECT_TRUE(has(text, "," + place.substr(9) + ":5\n")) << text;
    EXPECT_TRUE(has(text, "refused ")) << text;
}

TEST_F(skip, a_file_that_cannot_be_read_is_reported_and_skips_nothing) {
    for (const std::string &path : {file_, folder_.string()}) {
        const std::string text = output_of("WINODNN_SKIP='" + path + "' " + program + " winograd", true);
        EXPECT_TRUE(has(text, "winodnn: WINODNN_SKIP=" + path + ": cannot be read; no layer is skipped\n"))
                << text;
        EXPECT_TRUE(has(text, "impl wino:")) << text;
    }
    EXPECT_FALSE(has(output_of("WINODNN_SKIP= " + program + " winograd", true), "WINODNN_SKIP"));
}

// oneDNN cannot read them: a program that packs once and runs with several batch sizes goes on.
TEST_F(skip, weights_that_are_packed_already_are_used) {
    std::ofstream(file_) << "mb2n\"batches\"\n";
    ASSERT_EQ(
            setenv("WINODNN_SKIP", file_.c_str(), 1), 0); // before this process creates its first convolution
    convolution_case one(32, 48, 9, 8), two = one;
    two.p.mb = 2;
    const auto packed = make_desc(one).weights_desc();
    EXPECT_THROW(make_desc(two), dnnl::error);
    EXPECT_EQ(winodnn_last_decline_reason(), "WINODNN_SKIP=" + file_ + ":1: batches");
    using tag = dnnl::memory::format_tag;
    const dnnl::convolution_forward::primitive_desc desc(cpu(), dnnl::prop_kind::forward_inference,
            two.algorithm, src_desc(two.p, tag::nhwc), packed, dst_desc(two.p, tag::nhwc), {1, 1}, {1, 1},
            {1, 1});
    EXPECT_EQ(desc.weights_desc(), packed);
    check(two, desc, dnnl::convolution_forward(desc));
    unsetenv("WINODNN_SKIP");
}

// Not even under the variables that want everything.
TEST_F(skip, comes_before_what_takes_over_more) {
    std::ofstream(file_) << "ic128\n";
    for (const char *more : {"WINODNN_TILE=f2x2 ", "WINODNN_TUNE='/dev/null/none' "}) {
        const std::string text = output_of(variable_ + " " + more + program + " winograd", true);
        EXPECT_TRUE(has(text, "refused ")) << text;
    }
}

} // namespace
} // namespace winodnn::testing
