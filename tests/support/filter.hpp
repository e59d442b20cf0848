// The transform of one filter by itself.
#pragma once

#include "weights/weights_transform.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace winodnn::testing {

inline std::vector<std::int16_t> transformed(const tile &t, const std::int8_t *filter) {
    std::array<std::int16_t, 9> taps;
    std::copy_n(filter, taps.size(), taps.begin());
    std::vector<std::int16_t> u(static_cast<std::size_t>(t.components()));
    transform_weights(t, taps.data(), 1, reinterpret_cast<std::byte *>(u.data()), 2);
    return u;
}

} // namespace winodnn::testing
