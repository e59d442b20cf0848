#include "winograd/piece.hpp"

#include <algorithm>

namespace winodnn {

bool piece::uses_all_of(const piece &other) const {
    return std::ranges::includes(used, other.used);
}

} // namespace winodnn
