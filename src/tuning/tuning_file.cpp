#include "tuning/tuning_file.hpp"

#include "files/file_lock.hpp"
#include "files/file_replacement.hpp"
#include "files/json_file.hpp"

#include <filesystem>
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
        for (const std::string &choice : times.keys)
            result.measured.push_back({choice, number(times, choice, 0, longest)});
        return result;
    }
};

std::string object_of(const tuning_key &key, const tuning_result &result) {
    const auto field = [](const char *name, const std::string &value) {
        return std::string("\"") + name + "\":" + json_string(value) + ",";
    };
    std::string text = "{" + field("cpu", key.cpu) + field("onednn", key.onednn)
                       + field("winodnn", key.winodnn) + field("isa", key.isa)
                       + "\"threads\":" + std::to_string(key.threads) + ","
                       + field("algorithm", key.algorithm) + field("problem", key.problem)
                       + field("winner", result.winner) + "\"microseconds\":{";
    for (std::size_t n = 0; n < result.measured.size(); ++n)
        text += (n == 0 ? "" : ",") + json_string(result.measured[n].choice) + ":"
                + json_number(result.measured[n].microseconds);
    return text + "}}";
}

std::string text_of(const tuning_results &results) {
    std::string text = std::string("{\"") + version_key + "\":" + std::to_string(version) + ",\"layers\":[";
    bool first = true;
    for (const auto &[key, result] : results) {
        text += (first ? "\n " : ",\n ") + object_of(key, result);
        first = false;
    }
    return text + "]}\n";
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
