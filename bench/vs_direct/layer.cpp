#include "layer.hpp"

#include "files/text_lines.hpp"
#include "problem/problem_syntax.hpp"

#include <stdexcept>

namespace winodnn::bench {
namespace {

constexpr std::int64_t most_size = 1'000'000; // no product of a layer's sizes overflows

[[noreturn]] void refuse(const std::string &why) {
    throw std::invalid_argument(why);
}

std::int64_t need(const problem_entries &all, const std::string &key) {
    const auto value = all.find(key);
    if (!value || *value == 0) refuse("'" + key + "' is missing or 0");
    return *value;
}

extent read_extent(const problem_entries &all, const std::string &axis) {
    extent e;
    e.in = need(all, "i" + axis);
    e.kernel = need(all, "k" + axis);
    e.stride = all.find("s" + axis).value_or(1);
    e.dilation = all.find("d" + axis).value_or(0);
    if (e.stride == 0) refuse("'s" + axis + "' is 0");

    const auto out = all.find("o" + axis);
    const auto pad = all.find("p" + axis);
    e.pad_before = pad ? *pad : out ? ((*out - 1) * e.stride - e.in + e.reach()) / 2 : 0;
    if (e.pad_before < 0) refuse("'o" + axis + "' is less than what no padding gives");
    if (!out && e.in + 2 * e.pad_before < e.reach()) refuse("the kernel is larger than the padded input");
    e.out = out ? *out : (e.in - e.reach() + 2 * e.pad_before) / e.stride + 1;
    if (e.out == 0) refuse("'o" + axis + "' is 0");
    if (e.pad_after() <= -e.stride || e.pad_after() >= e.reach())
        refuse("'o" + axis + "' does not follow from the input, the kernel and the padding");
    return e;
}

bool mentions(const problem_entries &all, char axis) {
    for (const auto &[key, value] : all.sizes)
        if (key.size() == 2 && key[1] == axis) return true;
    return false;
}

} // namespace

layer parse_layer(const std::string &text) {
    layer l;
    const problem_entries all = read_entries(text, most_size);
    l.name = all.name;
    if (all.find("g").value_or(1) != 1) refuse("groups are not compared here");
    for (const char *depth : {"id", "od", "kd", "sd", "pd", "dd"})
        if (all.find(depth)) refuse("3-D convolutions are not compared here");
    l.mb = all.find("mb").value_or(2);
    if (l.mb == 0) refuse("'mb' is 0");
    l.ic = need(all, "ic");
    l.oc = need(all, "oc");
    l.h = read_extent(all, "h");
    l.w = mentions(all, 'w') ? read_extent(all, "w") : l.h;
    if (l.name.empty()) l.name = text;
    return l;
}

std::vector<layer> read_layers(const std::string &path) {
    std::vector<layer> layers;
    for (const numbered_line &line : lines_of(path)) try {
            layers.push_back(parse_layer(line.text));
        } catch (const std::invalid_argument &why) {
            throw std::runtime_error(path + ":" + std::to_string(line.number) + ": " + why.what());
        }
    if (layers.empty()) throw std::runtime_error(path + ": has no layers");
    return layers;
}

} // namespace winodnn::bench
