#include "jit/input_transform/quantization_tables.hpp"

namespace winodnn::jit {

quantization_tables::quantization_tables(const class_quantizer &quantizer)
    : unit_bits_(quantizer.unit_bits), last_level_(quantizer.levels - 1) {
    const auto &components = quantizer.components;
    for (const component_quantizer &q : components)
        at_once_.emplace_back().multiplier.fill(q.share != 0 ? q.share : q.multipliers[0]);
    const auto rows = static_cast<std::size_t>(rows_of_level(static_cast<int>(components.size())));
    levels_.resize(static_cast<std::size_t>(quantizer.levels) * rows);
    for (std::size_t level = 0; level < static_cast<std::size_t>(quantizer.levels); ++level) {
        multiplier_lanes *row = &levels_[level * rows];
        row->multiplier.fill(static_cast<std::int16_t>(1 << quantizer.shifts[level]));
        for (std::size_t c = 0; c < components.size(); ++c)
            for (const std::size_t half : {0, 1})
                row[1 + c / multipliers_in_row].multiplier[c % multipliers_in_row * 2 + half] =
                        components[c].multipliers[level];
    }
}

component_set one_sided(const class_quantizer &quantizer) {
    component_set found;
    for (std::size_t c = 0; c < quantizer.components.size(); ++c)
        if (quantizer.components[c].zero_point == 0) found.insert(static_cast<int>(c));
    return found;
}

} // namespace winodnn::jit
