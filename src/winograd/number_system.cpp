#include "winograd/number_system.hpp"

namespace winodnn {

std::int64_t plane_strides::offset(const tile &t, const number_system &numbers, int plane) const {
    std::int64_t offset = 0;
    for (int p = 0; p < plane; ++p) offset += numbers.is_wide(t.component_of_v(p)) ? wide : narrow;
    return offset;
}

} // namespace winodnn
