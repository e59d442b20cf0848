#include "tuning/tuning_file.hpp"

#include "files/file_lock.hpp"
#include "files/file_replacement.hpp"
#include "files/json_file.hpp"

#include <filesystem>
#include <sstream>
#include <utility>

namespace winodnn {

namespace {

constexpr int version = 1;
constexpr const char *version_key = "winodnn_tuning";

class reader : public json_reader {
public:
    using json_reader::json_reader;

    tuning_results read() {
        enter(root(), {version_key, "layers"});
        demand(integer(root(), version_key, 0, 1 << 20) == version,
                "a version that this winodnn does not read");
        tuning_results results;
        for (const json &layer : array(root(), "layers")) {
            enter(layer, {"cpu", "onednn", "winodnn", "isa", "threads", "algorithm", "problem", "winner",
                                 "microseconds"});
            tuning_key key = read_key(layer);
            const bool added = results.try_emplace(std::move(key), read_result(layer)).second;
            demand(added, "the same layer again");
        }
        return results;
    }

private:
    static tuning_key read_key(const json &layer) {
        tuning_key key;
        key.cpu = text(layer, "cpu");
        key.onednn = text(layer, "onednn");
        key.winodnn = text(layer, "winodnn");
        key.isa = text(layer, "isa");
        key.threads = static_cast<int>(integer(layer, "threads", 1, 1 << 20));
        key.algorithm = text(layer, "algorithm");
        key.problem = text(layer, "problem");
        return key;
    }

    tuning_result read_result(const json &layer) {
        tuning_result result {text(layer, "winner"), {}};
        const json &times = member(layer, "microseconds");
        enter(times);
        constexpr double longest = 1e12;
        for (const auto &[choice, time] : times.items())
            result.measured.push_back({choice, number(times, choice.c_str(), 0, longest)});
        return result;
    }
};

std::string text_of(const tuning_results &results) {
    std::ostringstream out;
    out << "{\"" << version_key << "\":" << version << ",\"layers\":[";
    bool first = true;
    for (const auto &[key, result] : results) {
        json_reader::json times = json_reader::json::object();
        for (const timed_choice &t : result.measured) times[t.choice] = t.microseconds;
        const json_reader::json layer = {{"cpu", key.cpu}, {"onednn", key.onednn}, {"winodnn", key.winodnn},
                {"isa", key.isa}, {"threads", key.threads}, {"algorithm", key.algorithm},
                {"problem", key.problem}, {"winner", result.winner}, {"microseconds", times}};
        out << (first ? "\n " : ",\n ") << layer.dump();
        first = false;
    }
    out << "]}\n";
    return out.str();
}

} // namespace

tuning_results read_tuning(const std::string &path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) return {};
    return read_json_file<reader>(path);
}

void add_to_tuning(const std::string &path, const tuning_key &key, const tuning_result &result) {
    file_place place = place_of(path);
    const file_lock mine(place, path);
    tuning_results results = read_tuning(path);
    results[key] = result;
    file_replacement(path, std::move(place)).commit(text_of(results));
}

} // namespace winodnn
