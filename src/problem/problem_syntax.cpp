#include "problem/problem_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace winodnn {

namespace {

constexpr std::string_view keys[] = {"g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw",
        "dh", "dw", "ph", "pw", "id", "od", "kd", "sd", "dd", "pd"};

[[noreturn]] void refuse(const std::string &why) {
    throw std::invalid_argument(why);
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

std::string without_quotes(std::string_view name) {
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    return std::string(name);
}

// The key that the text starts with.
std::string_view read_key(std::string_view text) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto end = std::ranges::find_if_not(text, is_lower);
    const std::string_view key = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (key.empty()) refuse("an entry starts with " + quoted(text.substr(0, 1)));
    if (std::ranges::find(keys, key) == std::end(keys))
        refuse(quoted(key) + " is not an entry of a convolution");
    return key;
}

// Nothing for keys that 2-D convolutions have not.
std::optional<dim> size_of(const problem &p, std::string_view key) {
    const struct {
        std::string_view key;
        dim size;
    } sizes[] = {{"g", p.group_count()}, {"mb", p.mb}, {"ic", p.ic}, {"ih", p.ih}, {"iw", p.iw}, {"oc", p.oc},
            {"oh", p.oh}, {"ow", p.ow}, {"kh", p.kh}, {"kw", p.kw}, {"sh", 1}, {"sw", 1},
            {"dh", p.dilation_h - 1}, {"dw", p.dilation_w - 1}, {"ph", p.pad_t}, {"pw", p.pad_l}};
    for (const auto &s : sizes)
        if (s.key == key) return s.size;
    return {};
}

} // namespace

std::optional<dim> problem_entries::find(std::string_view key) const {
    const auto found = sizes.find(key);
    if (found == sizes.end()) return {};
    return found->second;
}

problem_entries read_entries(std::string_view text, dim largest) {
    problem_entries entries;
    while (!text.empty()) {
        if (text.front() == '_') {
            text.remove_prefix(1);
            continue;
        }
        if (text.front() == 'n') {
            entries.name = without_quotes(text.substr(1));
            break;
        }
        const std::string_view key = read_key(text);
        text.remove_prefix(key.size());
        dim size = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (error != std::errc() || size < 0 || size > largest)
            refuse(quoted(key) + " needs a number from 0 to " + std::to_string(largest));
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!entries.sizes.emplace(key, size).second) refuse(quoted(key) + " is there twice");
    }
    return entries;
}

bool matches(const problem_entries &entries, const problem &p) {
    return std::ranges::all_of(
            entries.sizes, [&](const auto &entry) { return size_of(p, entry.first) == entry.second; });
}

} // namespace winodnn
