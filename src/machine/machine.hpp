// What the dispatcher has to know of the machine, and what its user allows.
#pragma once

#include "machine/caches.hpp"
#include "machine/vector_units.hpp"

#include <limits>

namespace winodnn {

struct machine {
    winodnn::isa isa = isa::avx2;
    bool amx_int8 = false; // direct convolution has the AMX units
    int threads = 1;
    cache_sizes cache {1 << 20, 32 << 20};
    vector_units units {};
    // The most that packed weights may take, in plain ones' bytes.
    double max_weights_growth = unbounded;

    static constexpr double unbounded = std::numeric_limits<double>::infinity();
};

} // namespace winodnn
