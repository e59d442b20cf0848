// One-dimensional transforms.
#pragma once

#include "winograd/transform.hpp"

#include <vector>

namespace winodnn::testing {

inline transform winograd_of(std::vector<rational> points) {
    return make_transform(points, 3);
}

inline transform f2() {
    return winograd_of({0, 1, -1});
}

inline transform f4() {
    return winograd_of({0, 1, -1, 2, -2});
}

// Those that tiles are made of.
inline std::vector<transform> all_transforms() {
    return {f2(), winograd_of({0, 1, -1, 2}), f4(), winograd_of({0, 1, -1, 2, rational(-1, 2)}),
            make_direct(4, 3), make_direct(1, 1)};
}

} // namespace winodnn::testing
