// JSON files, read with errors that name the line.
#pragma once

#include "files/whole_file.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace winodnn {

// Members throw std::invalid_argument: what is wrong, without the place. The tree has to be read in the order
// of the text, so that the objects that are entered are numbered as the parser met them: by that their lines
// are known.
class json_reader {
public:
    using json = nlohmann::ordered_json;

    explicit json_reader(const std::string &text); // throws json::parse_error

    // Of the object that was entered last.
    int line() const { return entered_ == 0 ? 1 : lines_[entered_ - 1]; }

protected:
    const json &root() const { return root_; }

    [[noreturn]] static void wrong(const std::string &what) { throw std::invalid_argument(what); }
    static void demand(bool holds, const std::string &what) {
        if (!holds) wrong(what);
    }

    void enter(const json &object); // with any keys
    void enter(const json &object, std::initializer_list<std::string_view> keys);

    static const json &member(const json &object, const char *key);
    static const json &array(const json &object, const char *key);
    static double number(const json &object, const char *key, double low, double high);
    static std::int64_t integer(const json &object, const char *key, double low, double high);
    static std::string text(const json &object, const char *key);
    // The index of a name.
    static std::size_t name(const json &object, const char *key, std::span<const char *const> names);

private:
    json root_;
    std::vector<int> lines_; // of objects, as they start
    std::size_t entered_ = 0;
};

int line_at(const std::string &text, std::size_t byte);

// What Reader, a json_reader, reads of the file. Throws std::runtime_error: "FILE:LINE: what is wrong", or
// why the file cannot be read.
template <typename Reader>
auto read_json_file(const std::string &path) {
    const std::string text = content_of(path);
    std::optional<Reader> parsed;
    try {
        parsed.emplace(text);
        return parsed->read();
    } catch (const json_reader::json::parse_error &error) {
        throw std::runtime_error(path + ":" + std::to_string(line_at(text, error.byte)) + ": not JSON");
    } catch (const std::bad_alloc &) {
        throw; // which says nothing against the file
    } catch (const std::exception &error) {
        throw std::runtime_error(
                path + ":" + std::to_string(parsed ? parsed->line() : 1) + ": " + error.what());
    }
}

} // namespace winodnn
