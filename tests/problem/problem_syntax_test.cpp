#include "problem/problem_syntax.hpp"

#include "support/layer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace winodnn {
namespace {

constexpr dim largest = 1'000'000;

problem sample() {
    problem p = testing::layer(3, 64, 14, 128);
    p.groups = 2;
    p.iw = 20;
    p.pad_l = p.pad_r = 0;
    p.ow = 18;
    return p;
}

TEST(problem_syntax, is_read_as_it_is_written) {
    const problem_entries e = read_entries("mb1_g2ic64oc32_ih56ph1_n\"the third, of five\"", largest);
    EXPECT_EQ(e.name, "the third, of five");
    const std::map<std::string, dim, std::less<>> sizes {
            {"mb", 1}, {"g", 2}, {"ic", 64}, {"oc", 32}, {"ih", 56}, {"ph", 1}};
    EXPECT_EQ(e.sizes, sizes);
    EXPECT_EQ(e.find("ic"), 64);
    EXPECT_FALSE(e.find("kh"));
    EXPECT_EQ(read_entries("ic16nwithout quotes", largest).name, "without quotes");
    EXPECT_TRUE(read_entries("", largest).sizes.empty());
    EXPECT_EQ(read_entries("ic1000000", largest).find("ic"), largest);
}

TEST(problem_syntax, what_is_wrong_is_named) {
    const std::pair<const char *, const char *> wrong[] = {{"ic64 oc64", "an entry starts with ' '"},
            {"IC64", "an entry starts with 'I'"}, {"64", "an entry starts with '6'"},
            {"ic64kx3", "'kx' is not an entry of a convolution"},
            {"ic", "'ic' needs a number from 0 to 1000000"},
            {"ic-1", "'ic' needs a number from 0 to 1000000"},
            {"ic*", "'ic' needs a number from 0 to 1000000"},
            {"ic1000001", "'ic' needs a number from 0 to 1000000"},
            {"ic99999999999999999999", "'ic' needs a number from 0 to 1000000"},
            {"ic64oc64_ic64", "'ic' is there twice"}, {"\xff", "an entry starts with '\xff'"}};
    for (const auto &[text, reason] : wrong) try {
            read_entries(text, largest);
            ADD_FAILURE() << text << " was read";
        } catch (const std::invalid_argument &error) {
            EXPECT_STREQ(error.what(), reason) << text;
        }
}

TEST(problem_syntax, matches_what_is_printed_and_nothing_that_differs) {
    const problem p = sample();
    const problem_entries printed = read_entries(to_string(p), largest);
    EXPECT_EQ(printed.sizes.size(), 16u);
    EXPECT_TRUE(matches(printed, p));
    const std::function<void(problem &)> changes[] = {[](problem &q) { ++q.mb; },
            [](problem &q) { q.groups = 1; }, [](problem &q) { ++q.ic; }, [](problem &q) { ++q.oc; },
            [](problem &q) { ++q.ih; }, [](problem &q) { ++q.oh; }, [](problem &q) { ++q.iw; },
            [](problem &q) { ++q.ow; }, [](problem &q) { q.kh = 1; }, [](problem &q) { q.kw = 1; },
            [](problem &q) { q.pad_t = 0; }, [](problem &q) { q.pad_l = 1; }};
    for (const auto &change : changes) {
        problem other = p;
        change(other);
        EXPECT_FALSE(matches(printed, other)) << to_string(other);
    }
}

TEST(problem_syntax, what_is_not_written_can_be_anything) {
    const problem p = sample();
    for (const char *pattern : {"", "ic64", "oc128_ic64", "g2", "mb3", "sh1sw1dh0dw0", "kh3n\"any\""})
        EXPECT_TRUE(matches(read_entries(pattern, largest), p)) << pattern;
    for (const char *pattern :
            {"ic32", "ic64oc64", "sh2", "sw2", "dh1", "dw1", "id1", "kd3", "od1", "sd1", "pd0"})
        EXPECT_FALSE(matches(read_entries(pattern, largest), p)) << pattern;
    problem without_groups = p;
    without_groups.groups = 0;
    EXPECT_TRUE(matches(read_entries("g1", largest), without_groups));
}

} // namespace
} // namespace winodnn
