// A class_quantizer as the input transform's kernel reads it.
#pragma once

#include "problem/limits.hpp"
#include "winograd/quantizer.hpp"

#include <array>
#include <vector>

namespace winodnn::jit {

// The same in every lane of a vector.
struct alignas(64) multiplier_lanes {
    std::array<std::int16_t, 2 * most_lanes> multiplier;
};

// At each level one row of lanes has the factor that values are multiplied by first, a power of two. Rows
// with the components' multipliers follow, each of which is there twice: so many bytes are broadcast by a
// load alone.
constexpr int multipliers_in_row = most_lanes;
constexpr int rows_of_level(int components) {
    return 1 + (components + multipliers_in_row - 1) / multipliers_in_row;
}

struct input_quantization {
    // One a component: what values are multiplied by at once. Wide ones by their multiplier, others by the
    // share of their range that they fill.
    const multiplier_lanes *at_once;
    const multiplier_lanes *levels;
    std::int32_t unit_bits, last_level;
};

class quantization_tables {
public:
    quantization_tables() = default;
    explicit quantization_tables(const class_quantizer &quantizer);

    // As long as the tables are.
    input_quantization view() const { return {at_once_.data(), levels_.data(), unit_bits_, last_level_}; }

private:
    std::vector<multiplier_lanes> at_once_, levels_;
    int unit_bits_ = 0, last_level_ = 0;
};

// Components without zero point, among them all wide ones.
component_set one_sided(const class_quantizer &quantizer);

} // namespace winodnn::jit
