// What is known of a layer in the end.
#pragma once

#include "comparison.hpp"
#include "layer.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace winodnn::bench {

struct record {
    layer compared;
    std::string error; // why nothing else is known; empty if it is
    std::string plan, direct_name, why_declined;
    bool declined = false;
    correctness checked;
    std::optional<seconds_each> seconds; // nothing if they were not measured, or cannot be trusted:
    std::string distrust;                // why

    bool is_right() const { return error.empty() && checked.mismatches == 0; }
};

// Times that are not known are null.
nlohmann::ordered_json json_of(const record &r);

} // namespace winodnn::bench
