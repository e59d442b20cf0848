// JSON as values that know their line. Destroying them takes no memory, so that a process which has none left
// can still give up what it has read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace winodnn {

struct json_value {
    enum class kind : std::uint8_t { null, boolean, number, string, array, object };

    kind type = kind::null;
    bool boolean = false;
    int line = 1; // where it starts
    double number = 0;
    std::string text;                 // of strings
    std::vector<json_value> elements; // of arrays and objects
    std::vector<std::string> keys;    // of objects: one for each element, none of them twice

    bool is(kind k) const { return type == k; }
    // Of an object; nullptr if there is none.
    const json_value *find(std::string_view key) const;
};

class json_error : public std::runtime_error {
public:
    json_error(int at, const char *what) : std::runtime_error(what), line(at) {}
    const int line;
};

// The whole of the text is one value, nested no deeper than any file of ours. Throws json_error.
json_value parse_json(std::string_view text);

// As a string of JSON. Bytes that are no ASCII stay what they are.
std::string json_string(std::string_view text);
// The shortest that is read as the same number.
std::string json_number(double number);

} // namespace winodnn
