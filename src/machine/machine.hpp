// What the dispatcher has to know of the machine.
#pragma once

#include "machine/caches.hpp"
#include "machine/vector_units.hpp"

namespace winodnn {

struct machine {
    winodnn::isa isa = isa::avx2;
    bool amx_int8 = false; // direct convolution has the AMX units
    int threads = 1;
    cache_sizes cache {1 << 20, 32 << 20};
    vector_units units {};
};

} // namespace winodnn
