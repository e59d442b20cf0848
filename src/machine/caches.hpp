// The caches of the CPU that the process started on.
#pragma once

#include <cstddef>

namespace winodnn {

struct cache_sizes {
    std::size_t l2 = 0, l3 = 0; // bytes; L2 is one core's, L3 that of all cores that share it
};

cache_sizes caches();

} // namespace winodnn
