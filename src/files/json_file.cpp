#include "files/json_file.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace winodnn {

namespace {

// Counts the lines that the parser has read.
class counting_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = const char &;

    counting_iterator(const char *at, int *line) : at_(at), line_(line) {}
    reference operator*() const { return *at_; }
    counting_iterator &operator++() {
        if (*at_++ == '\n') ++*line_;
        return *this;
    }
    bool operator==(const counting_iterator &other) const { return at_ == other.at_; }
    bool operator!=(const counting_iterator &other) const { return at_ != other.at_; }

private:
    const char *at_;
    int *line_;
};

} // namespace

json_reader::json_reader(const std::string &text) {
    int line = 1;
    const auto note = [&](int, json::parse_event_t event, json &) {
        if (event == json::parse_event_t::object_start) lines_.push_back(line);
        return true;
    };
    root_ = json::parse(counting_iterator {text.data(), &line},
            counting_iterator {text.data() + text.size(), &line}, note);
}

void json_reader::enter(const json &object) {
    demand(object.is_object(), "something that is not an object");
    ++entered_;
}

void json_reader::enter(const json &object, std::initializer_list<std::string_view> keys) {
    enter(object);
    for (const auto &[key, value] : object.items())
        demand(std::ranges::find(keys, key) != keys.end(), "the key '" + key + "' is unknown here");
}

const json_reader::json &json_reader::member(const json &object, const char *key) {
    const auto found = object.find(key);
    demand(found != object.end(), std::string("'") + key + "' is missing");
    return *found;
}

const json_reader::json &json_reader::array(const json &object, const char *key) {
    const json &value = member(object, key);
    demand(value.is_array(), std::string("'") + key + "' is not an array");
    return value;
}

double json_reader::number(const json &object, const char *key, double low, double high) {
    const json &value = member(object, key);
    demand(value.is_number(), std::string("'") + key + "' is not a number");
    const double result = value.get<double>();
    demand(std::isfinite(result) && result >= low && result <= high,
            std::string("'") + key + "' is out of range");
    return result;
}

std::int64_t json_reader::integer(const json &object, const char *key, double low, double high) {
    const double value = number(object, key, low, high);
    demand(value == std::floor(value), std::string("'") + key + "' is not a whole number");
    return static_cast<std::int64_t>(value);
}

std::string json_reader::text(const json &object, const char *key) {
    const json &value = member(object, key);
    demand(value.is_string(), std::string("'") + key + "' is not a string");
    return value.get<std::string>();
}

std::size_t json_reader::name(const json &object, const char *key, std::span<const char *const> names) {
    const std::string value = text(object, key);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (value == names[i]) return i;
    wrong(std::string("'") + key + "' is none that there is");
}

int line_at(const std::string &text, std::size_t byte) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    return static_cast<int>(1 + std::count(text.begin(), end, '\n'));
}

} // namespace winodnn
