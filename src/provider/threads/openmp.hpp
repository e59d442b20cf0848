// The OpenMP runtime that is in the process already.
#pragma once

#include "provider/threads/runtime.hpp"

namespace winodnn {

// Its functions, by their names in libgomp's interface, which libiomp5 has too. `library` is where to look
// after the global scope: the libdnnl that was loaded, whose own dependencies may be visible to it alone.
// Nothing if the process has no OpenMP runtime.
std::unique_ptr<const thread_runtime> find_openmp(void *library);

} // namespace winodnn
