#include "files/json_file.hpp"

#include <algorithm>
#include <cmath>

namespace winodnn {

namespace {

// A file can be anybody's; what it says is shown on a terminal.
std::string shown(std::string_view text) {
    std::string result(text.substr(0, 80));
    for (char &c : result)
        if (c < ' ' || c > '~') c = '?';
    return "'" + result + "'";
}

} // namespace

void json_reader::enter(const json &object) {
    line_ = object.line;
    demand(object.is(kind::object), "something that is not an object");
}

void json_reader::enter(const json &object, std::initializer_list<std::string_view> keys) {
    enter(object);
    for (const std::string &key : object.keys)
        if (std::ranges::find(keys, key) == keys.end()) wrong("the key " + shown(key) + " is unknown here");
}

const json_value &json_reader::member(const json &object, std::string_view key) {
    const json *found = object.find(key);
    if (found == nullptr) wrong(shown(key) + " is missing");
    return *found;
}

std::span<const json_value> json_reader::array(const json &object, std::string_view key) {
    const json &value = member(object, key);
    if (!value.is(kind::array)) wrong(shown(key) + " is not an array");
    return value.elements;
}

double json_reader::number(const json &object, std::string_view key, double low, double high) {
    const json &value = member(object, key);
    if (!value.is(kind::number)) wrong(shown(key) + " is not a number");
    if (!(value.number >= low && value.number <= high)) wrong(shown(key) + " is out of range");
    return value.number;
}

std::int64_t json_reader::integer(const json &object, std::string_view key, double low, double high) {
    const double value = number(object, key, low, high);
    if (value != std::floor(value)) wrong(shown(key) + " is not a whole number");
    return static_cast<std::int64_t>(value);
}

bool json_reader::boolean(const json &object, std::string_view key) {
    const json &value = member(object, key);
    if (!value.is(kind::boolean)) wrong(shown(key) + " is neither true nor false");
    return value.boolean;
}

const std::string &json_reader::text(const json &object, std::string_view key) {
    const json &value = member(object, key);
    if (!value.is(kind::string)) wrong(shown(key) + " is not a string");
    return value.text;
}

std::size_t json_reader::name(const json &object, std::string_view key, std::span<const char *const> names) {
    const std::string &value = text(object, key);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (value == names[i]) return i;
    wrong(shown(key) + " is none that there is");
}

} // namespace winodnn
