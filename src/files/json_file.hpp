// JSON files, read with errors that name the line.
#pragma once

#include "files/json.hpp"
#include "files/whole_file.hpp"

#include <cstdint>
#include <initializer_list>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace winodnn {

// Members throw std::invalid_argument: what is wrong, without the place. The place is the line of the object
// that was entered last.
class json_reader {
public:
    explicit json_reader(json_value root) : root_(std::move(root)) {}

    int line() const { return line_; }

protected:
    using json = json_value;
    using kind = json_value::kind;

    const json &root() const { return root_; }

    [[noreturn]] static void wrong(const std::string &what) { throw std::invalid_argument(what); }
    static void demand(bool holds, const char *what) {
        if (!holds) wrong(what);
    }

    void enter(const json &object); // with any keys
    void enter(const json &object, std::initializer_list<std::string_view> keys);

    static const json &member(const json &object, std::string_view key);
    static std::span<const json> array(const json &object, std::string_view key);
    static double number(const json &object, std::string_view key, double low, double high);
    static std::int64_t integer(const json &object, std::string_view key, double low, double high);
    static bool boolean(const json &object, std::string_view key);
    static const std::string &text(const json &object, std::string_view key);
    // The index of a name.
    static std::size_t name(const json &object, std::string_view key, std::span<const char *const> names);

private:
    const json root_;
    int line_ = 1;
};

// What Reader, a json_reader, reads of the file. Throws std::runtime_error: "FILE:LINE: what is wrong", or
// why the file cannot be read.
template <typename Reader>
auto read_json_file(const std::string &path) {
    const std::string text = content_of(path);
    const auto fail = [&](int line, const char *what) {
        throw std::runtime_error(path + ":" + std::to_string(line) + ": " + what);
    };
    json_value root;
    try {
        root = parse_json(text);
    } catch (const json_error &error) {
        fail(error.line, error.what());
    }
    Reader reader(std::move(root));
    try {
        return reader.read();
    } catch (const std::invalid_argument &error) {
        fail(reader.line(), error.what());
        throw;
    }
}

} // namespace winodnn
