#include "provider/creation/skipped_layers.hpp"

#include "environment/environment.hpp"
#include "files/standard_streams.hpp"
#include "files/text_lines.hpp"
#include "problem/limits.hpp"
#include "problem/problem_syntax.hpp"

#include <stdexcept>
#include <vector>

namespace winodnn {
namespace {

struct skipped_layer {
    problem_entries entries;
    std::string reason;
};

problem_entries read_pattern(const std::string &line) {
    problem_entries entries = read_entries(line, most_elements);
    if (entries.sizes.empty()) throw std::invalid_argument("no size is given, which would be every layer");
    return entries;
}

std::vector<skipped_layer> read_list(const std::string &path) {
    std::vector<skipped_layer> list;
    const std::string variable = "WINODNN_SKIP=" + path;
    try {
        for (const numbered_line &line : lines_of(path)) {
            const std::string place = variable + ":" + std::to_string(line.number);
            try {
                problem_entries entries = read_pattern(line.text);
                std::string reason = entries.name.empty() ? place : place + ": " + entries.name;
                list.push_back({std::move(entries), std::move(reason)});
            } catch (const std::invalid_argument &wrong) {
                print_to_stderr("winodnn: %s: %s; the line is ignored\n", place.c_str(), wrong.what());
            }
        }
    } catch (const std::runtime_error &error) {
        print_to_stderr("winodnn: WINODNN_SKIP=%s; no layer is skipped\n", error.what());
    }
    return list;
}

// Never destroyed: static objects of the program may create convolutions when our own statics are gone.
const std::vector<skipped_layer> &list_of_process() {
    static const std::vector<skipped_layer> &list = *new std::vector<skipped_layer>(
            environment().skip.empty() ? std::vector<skipped_layer>() : read_list(environment().skip));
    return list;
}

} // namespace

expected<void> check_skipped(const problem &p) {
    for (const skipped_layer &layer : list_of_process())
        if (matches(layer.entries, p)) return refuse(refusal_reason::setting, layer.reason);
    return {};
}

} // namespace winodnn
