// JSON with something wrong: by somebody who knows what a file consists of.
#pragma once

#include "fuzz/input.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace winodnn::fuzz {

// Where something begins and how long it is.
struct span_in_text {
    std::size_t begin = 0, size = 0;
};

// Numbers, strings and words, with the quotation marks of strings.
inline std::vector<span_in_text> tokens_of(const std::string &text) {
    std::vector<span_in_text> tokens;
    constexpr const char *structure = "{}[]:, \n";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = text.find_first_not_of(structure, at);
        if (begin == std::string::npos) break;
        std::size_t end =
                text[begin] == '"' ? text.find('"', begin + 1) : text.find_first_of(structure, begin);
        end = end == std::string::npos ? text.size() : end + (text[begin] == '"' ? 1 : 0);
        tokens.push_back({begin, end - begin});
        at = end;
    }
    return tokens;
}

// From an opening bracket to the one that closes it, or to the end.
inline span_in_text element_at(const std::string &text, std::size_t begin) {
    int depth = 0;
    for (std::size_t at = begin; at < text.size(); ++at) {
        depth += text[at] == '{' || text[at] == '[' ? 1 : text[at] == '}' || text[at] == ']' ? -1 : 0;
        if (depth <= 0) return {begin, at + 1 - begin};
    }
    return {begin, text.size() - begin};
}

inline std::size_t draw_below(input &in, std::size_t count) {
    const std::size_t drawn = std::size_t(in.byte()) << 16 | std::size_t(in.byte()) << 8 | in.byte();
    return count == 0 ? 0 : drawn % count;
}

inline std::string draw_bytes(input &in) {
    std::string bytes;
    for (unsigned n = in.pick(12); n > 0; --n) bytes += static_cast<char>(in.byte());
    return bytes;
}

inline std::string draw_value(input &in, const std::string &text, const std::vector<span_in_text> &tokens) {
    switch (in.pick(4)) {
        case 0:
            return in.any_of<const char *>({"0", "-0", "1", "-1", "0.5", "1e-300", "1e300", "-1e300", "1e999",
                    "127", "128", "255", "256", "32767", "32768", "-32768", "-32769", "2147483648",
                    "9007199254740993", "18446744073709551616", "01", "-", "NaN", "null", "true", "false",
                    "[]", "{}", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"u8\"", "\"s8\"", "\"mse\"",
                    "\"f4x4\"", "\"f2x2\"", "\"row4\"", "\"direct\""});
        case 1: return std::to_string(int(in.byte()) - 128);
        case 2: {
            if (tokens.empty()) return "";
            const span_in_text other = tokens[draw_below(in, tokens.size())];
            return text.substr(other.begin, other.size);
        }
        default: return "\"" + draw_bytes(in) + "\"";
    }
}

inline void alter(std::string &text, input &in) {
    const std::vector<span_in_text> tokens = tokens_of(text);
    const span_in_text token = tokens.empty() ? span_in_text {} : tokens[draw_below(in, tokens.size())];
    const std::size_t bracket = text.find_first_of("{[", draw_below(in, text.size()));
    const span_in_text element = bracket == std::string::npos ? span_in_text {} : element_at(text, bracket);
    switch (in.pick(9)) {
        case 0:
        case 1:
        case 2: text.replace(token.begin, token.size, draw_value(in, text, tokens)); break;
        case 3: text.insert(element.begin, text.substr(element.begin, element.size) + ","); break;
        case 4: text.erase(element.begin, element.size); break;
        case 5: text.insert(draw_below(in, text.size()), draw_bytes(in)); break;
        case 6: text.resize(draw_below(in, text.size())); break;
        case 7: text.insert(element.begin, std::string(in.byte(), in.any_of({'[', '{', '"', ' '}))); break;
        default: text.erase(token.begin, token.size + in.pick(3));
    }
}

// Left as it is, if the bytes are used up.
inline std::string altered(std::string text, input &in) {
    for (unsigned n = in.pick(4); n > 0 && !text.empty(); --n) alter(text, in);
    return text;
}

} // namespace winodnn::fuzz
