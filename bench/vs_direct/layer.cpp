#include "layer.hpp"

#include <cctype>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace winodnn::bench {
namespace {

using entries = std::map<std::string, std::int64_t, std::less<>>;

constexpr std::string_view known[] = {"g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw",
        "dh", "dw", "ph", "pw", "id", "od", "kd", "sd", "pd", "dd"};

[[noreturn]] void refuse(const std::string &why) {
    throw std::invalid_argument(why);
}

bool is_lower(char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0;
}

std::string unquoted(std::string_view name) {
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    return std::string(name);
}

void require_known(std::string_view key) {
    for (const std::string_view k : known)
        if (k == key) return;
    refuse("'" + std::string(key) + "' is not an entry of a convolution");
}

// The entries as they are written; the name is what follows the n.
entries split(std::string_view text, std::string &name) {
    entries found;
    while (!text.empty()) {
        if (text.front() == '_') {
            text.remove_prefix(1);
            continue;
        }
        if (text.front() == 'n') {
            name = unquoted(text.substr(1));
            break;
        }
        std::size_t letters = 0;
        while (letters < text.size() && is_lower(text[letters])) ++letters;
        if (letters == 0) refuse("an entry starts with '" + std::string(1, text.front()) + "'");
        const std::string_view key = text.substr(0, letters);
        require_known(key);
        text.remove_prefix(letters);

        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || value < 0 || value > 1'000'000)
            refuse("'" + std::string(key) + "' needs a number from 0 to 1000000");
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        found[std::string(key)] = value;
    }
    return found;
}

std::optional<std::int64_t> find(const entries &all, const char *key) {
    const auto at = all.find(key);
    return at == all.end() ? std::nullopt : std::optional(at->second);
}

std::int64_t need(const entries &all, const std::string &key) {
    const auto value = find(all, key.c_str());
    if (!value || *value == 0) refuse("'" + key + "' is missing or 0");
    return *value;
}

extent read_extent(const entries &all, const std::string &axis) {
    extent e;
    e.in = need(all, "i" + axis);
    e.kernel = need(all, "k" + axis);
    e.stride = find(all, ("s" + axis).c_str()).value_or(1);
    e.dilation = find(all, ("d" + axis).c_str()).value_or(0);
    if (e.stride == 0) refuse("'s" + axis + "' is 0");

    const auto out = find(all, ("o" + axis).c_str());
    const auto pad = find(all, ("p" + axis).c_str());
    e.pad_before = pad ? *pad : out ? ((*out - 1) * e.stride - e.in + e.reach()) / 2 : 0;
    if (e.pad_before < 0) refuse("'o" + axis + "' is less than what no padding gives");
    if (!out && e.in + 2 * e.pad_before < e.reach()) refuse("the kernel is larger than the padded input");
    e.out = out ? *out : (e.in - e.reach() + 2 * e.pad_before) / e.stride + 1;
    if (e.out == 0) refuse("'o" + axis + "' is 0");
    if (e.pad_after() <= -e.stride || e.pad_after() >= e.reach())
        refuse("'o" + axis + "' does not follow from the input, the kernel and the padding");
    return e;
}

bool mentions(const entries &all, char axis) {
    for (const auto &[key, value] : all)
        if (key.size() == 2 && key[1] == axis) return true;
    return false;
}

} // namespace

layer parse_layer(const std::string &text) {
    layer l;
    const entries all = split(text, l.name);
    if (find(all, "g").value_or(1) != 1) refuse("groups are not compared here");
    for (const char *depth : {"id", "od", "kd", "sd", "pd", "dd"})
        if (find(all, depth)) refuse("3-D convolutions are not compared here");
    l.mb = find(all, "mb").value_or(2);
    if (l.mb == 0) refuse("'mb' is 0");
    l.ic = need(all, "ic");
    l.oc = need(all, "oc");
    l.h = read_extent(all, "h");
    l.w = mentions(all, 'w') ? read_extent(all, "w") : l.h;
    if (l.name.empty()) l.name = text;
    return l;
}

std::vector<layer> read_layers(const std::string &path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::vector<layer> layers;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        const auto first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos || line[first] == '#') continue;
        line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
        try {
            layers.push_back(parse_layer(line));
        } catch (const std::invalid_argument &why) {
            throw std::runtime_error(path + ":" + std::to_string(number) + ": " + why.what());
        }
    }
    if (file.bad()) throw std::runtime_error(path + ": cannot be read");
    if (layers.empty()) throw std::runtime_error(path + ": has no layers");
    return layers;
}

} // namespace winodnn::bench
