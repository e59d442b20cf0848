#include "winograd/number_system.hpp"

namespace winodnn {

std::string name_of(const number_system &numbers) {
    if (!numbers.quantized)
        return numbers.bytes_exactly.empty() ? "s16"
                                             : "s16+" + std::to_string(numbers.bytes_exactly.count()) + "xs8";
    return numbers.wide.empty() ? "s8" : "s8+" + std::to_string(numbers.wide.count()) + "xs16";
}

std::int64_t plane_strides::offset(
        const bilinear_algorithm &t, const number_system &numbers, int plane) const {
    std::int64_t offset = 0;
    for (int p = 0; p < plane; ++p) offset += numbers.is_wide(t.component_of_v(p)) ? wide : narrow;
    return offset;
}

} // namespace winodnn
