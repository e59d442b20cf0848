// The caches of the CPU that the process started on.
#pragma once

#include <cstddef>

namespace winodnn {

struct cache_sizes {
    std::size_t l2 = 0, l3 = 0; // bytes; L2 is one core's, L3 that of all cores that share it
    bool far_l3 = false;        // behind a mesh, as in Intel's servers: what comes from it is waited for
};

cache_sizes caches();

} // namespace winodnn
