#include "files/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace winodnn {

namespace {

// Far more than any file of ours has; each key is compared with all that are there.
constexpr int deepest = 32;
constexpr std::size_t most_keys = 4096;

class parser {
public:
    explicit parser(std::string_view text) : next_(text.data()), end_(text.data() + text.size()) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (text.starts_with(byte_order_mark)) next_ += byte_order_mark.size();
    }

    json_value parse() {
        json_value whole = value(0);
        skip_spaces();
        if (next_ != end_) fail();
        return whole;
    }

private:
    using kind = json_value::kind;

    [[noreturn]] void fail(const char *what = "not JSON") const { throw json_error(line_, what); }

    char peek() const { return next_ == end_ ? '\0' : *next_; }
    bool take(char wanted) {
        if (next_ == end_ || *next_ != wanted) return false;
        ++next_;
        return true;
    }
    void expect(std::string_view word) {
        for (const char c : word)
            if (!take(c)) fail();
    }
    void skip_spaces() {
        for (; next_ != end_ && (*next_ == ' ' || *next_ == '\t' || *next_ == '\r' || *next_ == '\n');
                ++next_)
            line_ += *next_ == '\n' ? 1 : 0;
    }

    json_value value(int depth) {
        skip_spaces();
        json_value v;
        v.line = line_;
        switch (peek()) {
            case '{': object(v, depth); break;
            case '[': array(v, depth); break;
            case '"':
                v.type = kind::string;
                v.text = string();
                break;
            case 't':
            case 'f':
                v.type = kind::boolean;
                v.boolean = peek() == 't';
                expect(v.boolean ? "true" : "false");
                break;
            case 'n': expect("null"); break;
            default: number(v);
        }
        return v;
    }

    // Elements in brackets, separated by commas.
    template <typename Element>
    void list(char close, int depth, const Element &element) {
        if (depth == deepest) fail("nested too deeply");
        ++next_;
        skip_spaces();
        if (take(close)) return;
        do element();
        while (skip_spaces(), take(','));
        if (!take(close)) fail();
    }

    void array(json_value &v, int depth) {
        v.type = kind::array;
        list(']', depth, [&] { v.elements.push_back(value(depth + 1)); });
    }

    void object(json_value &v, int depth) {
        v.type = kind::object;
        list('}', depth, [&] {
            skip_spaces();
            if (peek() != '"') fail();
            std::string key = string();
            if (v.find(key) != nullptr) fail("a key again");
            if (v.keys.size() == most_keys) fail("too many keys");
            skip_spaces();
            expect(":");
            v.elements.push_back(value(depth + 1));
            v.keys.push_back(std::move(key));
        });
    }

    // JSON's grammar is narrower than from_chars'.
    void number(json_value &v) {
        const char *const begin = next_;
        const auto digits = [this] {
            const char *const first = next_;
            while (next_ != end_ && *next_ >= '0' && *next_ <= '9') ++next_;
            if (next_ == first) fail();
        };
        take('-');
        if (!take('0')) digits();
        if (take('.')) digits();
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            digits();
        }
        v.type = kind::number;
        if (std::from_chars(begin, next_, v.number).ec != std::errc()) fail("a number out of range");
    }

    std::string string() {
        std::string text;
        ++next_;
        while (!take('"')) {
            if (next_ == end_ || static_cast<unsigned char>(*next_) < ' ') fail();
            const char c = *next_++;
            if (c != '\\')
                text += c;
            else
                escape(text);
        }
        return text;
    }

    void escape(std::string &text) {
        constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        if (take('u')) {
            append_utf8(text, code_point());
            return;
        }
        const auto at = next_ == end_ ? std::string_view::npos : letters.find(*next_);
        if (at == std::string_view::npos) fail();
        ++next_;
        text += meant[at];
    }

    unsigned four_digits() {
        unsigned unit = 0;
        if (end_ - next_ < 4 || std::from_chars(next_, next_ + 4, unit, 16).ptr != next_ + 4) fail();
        next_ += 4;
        return unit;
    }

    // Those that UTF-16 has no single unit for come in two.
    unsigned code_point() {
        const auto is_surrogate = [](unsigned unit, unsigned first) { return unit - first < 0x400; };
        constexpr unsigned first_high = 0xd800, first_low = 0xdc00;
        const unsigned unit = four_digits();
        if (is_surrogate(unit, first_low)) fail();
        if (!is_surrogate(unit, first_high)) return unit;
        expect("\\u");
        const unsigned low = four_digits();
        if (!is_surrogate(low, first_low)) fail();
        return 0x10000 + ((unit - first_high) << 10 | (low - first_low));
    }

    static void append_utf8(std::string &text, unsigned code) {
        if (code < 0x80) {
            text += static_cast<char>(code);
            return;
        }
        const int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        constexpr std::array<unsigned, 4> marks {0, 0xc0, 0xe0, 0xf0};
        text += static_cast<char>(marks[static_cast<std::size_t>(following)] | code >> (6 * following));
        for (int n = following - 1; n >= 0; --n) text += static_cast<char>(0x80 | (code >> (6 * n) & 0x3f));
    }

    const char *next_, *end_;
    int line_ = 1;
};

} // namespace

const json_value *json_value::find(std::string_view key) const {
    const auto found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &elements[static_cast<std::size_t>(found - keys.begin())];
}

json_value parse_json(std::string_view text) {
    return parser(text).parse();
}

std::string json_string(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < ' ') {
            result.append("\\u00").append(1, digits[code >> 4]).append(1, digits[code & 15]);
            continue;
        }
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result += '"';
}

std::string json_number(double number) {
    std::array<char, 32> text {}; // no shortest form is longer
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

} // namespace winodnn
