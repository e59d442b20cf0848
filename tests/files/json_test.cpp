#include "files/json.hpp"

#include <gtest/gtest.h>

namespace winodnn {
namespace {

using kind = json_value::kind;

std::string error_of(const std::string &text) {
    try {
        parse_json(text);
        return "";
    } catch (const json_error &error) {
        return std::to_string(error.line) + ": " + error.what();
    }
}

TEST(json, values_are_what_they_say_and_know_their_line) {
    const json_value v = parse_json("\xef\xbb\xbf {\"a\": [1, -2.5e3,\r\n\t{}], \"b\" :true,\n"
                                    "\"\":null, \"c\":\"x\", \"d\":false}\n ");
    ASSERT_TRUE(v.is(kind::object));
    EXPECT_EQ(v.keys, (std::vector<std::string> {"a", "b", "", "c", "d"}));
    const json_value *a = v.find("a");
    ASSERT_NE(a, nullptr);
    ASSERT_EQ(a->elements.size(), 3u);
    EXPECT_EQ(a->elements[0].number, 1);
    EXPECT_EQ(a->elements[1].number, -2500);
    EXPECT_TRUE(a->elements[2].is(kind::object));
    EXPECT_EQ(a->elements[2].line, 2);
    EXPECT_TRUE(v.find("b")->boolean);
    EXPECT_TRUE(v.find("")->is(kind::null));
    EXPECT_EQ(v.find("")->line, 3);
    EXPECT_EQ(v.find("c")->text, "x");
    EXPECT_FALSE(v.find("d")->boolean);
    EXPECT_EQ(v.find("e"), nullptr);
    EXPECT_EQ(a->find("a"), nullptr);
}

TEST(json, strings_come_back_whatever_is_in_them) {
    EXPECT_EQ(parse_json(R"("\"\\\/\b\f\n\r\t\u0041\u00e4\u20ac\ud83d\ude00")").text,
            "\"\\/\b\f\n\r\tA\u00e4\u20ac\U0001f600");
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    EXPECT_EQ(parse_json(json_string(all)).text, all);
}

TEST(json, numbers_come_back_and_have_jsons_form) {
    for (const double number : {0., -0., 1., 0.1, -2.5, 1e300, 5e-324, 123456789.125, 1e17})
        EXPECT_EQ(parse_json(json_number(number)).number, number);
    for (const std::string text : {"0", "-0", "10.50", "1e5", "1E+05", "-1.5e-7"})
        EXPECT_EQ(error_of(text), "");
    for (const std::string text : {"01", "+1", "-", ".5", "1.", "1e", "1e+", "0x10", "1_0", "inf", "NaN",
                 "1,5", "--1", "-01", "1 2", "1e5.5"})
        EXPECT_EQ(error_of(text), "1: not JSON") << text;
    EXPECT_EQ(error_of("1e400"), "1: a number out of range");
}

TEST(json, what_is_none_names_its_line) {
    for (const std::string text :
            {"", " ", "{", "[", "[1", "[1,", "[1,]", "[,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
                    "{\"a\":1,}", "{a:1}", "{1:1}", "{'a':1}", "tru", "nul", "falsee", "]", "}", "[}", "{]",
                    "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"",
                    "\"\\ud800\\u0041\"", "[1]]", "// a\n1", "\xef\xbb", "\"a\nb\""})
        EXPECT_EQ(error_of("\n" + text).substr(2), " not JSON") << text;
    EXPECT_EQ(error_of("{\n\"a\":\n\n?}"), "4: not JSON");
    EXPECT_EQ(error_of(std::string("1\0", 2)), "1: not JSON");
    EXPECT_EQ(error_of("{\"a\":1,\n\"a\":2}"), "2: a key again");
}

TEST(json, what_would_take_for_ever_is_refused) {
    EXPECT_EQ(error_of(std::string(32, '[') + std::string(32, ']')), "");
    EXPECT_EQ(error_of(std::string(33, '[') + std::string(33, ']')), "1: nested too deeply");
    EXPECT_EQ(error_of(std::string(10000000, '[')), "1: nested too deeply");
    std::string keys = "{";
    for (int n = 0; n < 5000; ++n) keys += (n == 0 ? "\"" : ",\"") + std::to_string(n) + "\":1";
    EXPECT_EQ(error_of(keys + "}"), "1: too many keys");
}

} // namespace
} // namespace winodnn
