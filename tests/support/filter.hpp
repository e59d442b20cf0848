// The transform of one filter by itself.
#pragma once

#include "weights/weights_transform.hpp"

#include <vector>

namespace winodnn::testing {

inline std::vector<std::int16_t> transformed(
        const bilinear_algorithm &t, const weights_transform &transform, const std::int8_t *filter) {
    std::vector<std::int16_t> taps(filter, filter + t.taps.count());
    std::vector<std::int16_t> u(static_cast<std::size_t>(t.u_planes()));
    std::vector<std::ptrdiff_t> offsets;
    for (int plane = 0; plane < t.u_planes(); ++plane) offsets.push_back(2 * plane);
    transform(taps.data(), 1, 1, reinterpret_cast<std::byte *>(u.data()), offsets.data());
    return u;
}

} // namespace winodnn::testing
