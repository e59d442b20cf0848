// --name=value, as all benchmark programs take them.
#pragma once

#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace winodnn::bench {

// Calls take(name, value) for each argument. Throws std::invalid_argument, with what to tell the user, for
// one that has another form, or that `take` returns false for.
template <typename Take>
void for_each_option(int argc, char **argv, Take take) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        if (!argument.starts_with("--") || equals == std::string_view::npos)
            throw std::invalid_argument("'" + std::string(argument) + "' is not --option=value");
        const std::string_view name = argument.substr(2, equals - 2), value = argument.substr(equals + 1);
        if (value.empty()) throw std::invalid_argument("--" + std::string(name) + " is empty");
        if (!take(name, value)) throw std::invalid_argument("there is no option --" + std::string(name));
    }
}

template <typename T>
T number_of(std::string_view name, std::string_view text, T least, T most) {
    T value {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
        throw std::invalid_argument("--" + std::string(name) + " does not take " + std::string(text));
    return value;
}

} // namespace winodnn::bench
