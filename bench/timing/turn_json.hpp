// A turn as the referee gets it, in one line of JSON: [least seconds, undisturbed executions, disturbed
// ones].
#pragma once

#include "timing/stopwatch.hpp"

#include <nlohmann/json.hpp>

namespace winodnn::bench {

template <typename Json>
void to_json(Json &json, const turn &t) {
    json = Json::array({t.least_seconds, t.undisturbed, t.disturbed});
}

template <typename Json>
void from_json(const Json &json, turn &t) {
    t = {json.at(0).template get<double>(), json.at(1).template get<int>(), json.at(2).template get<int>()};
}

} // namespace winodnn::bench
