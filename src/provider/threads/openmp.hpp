// The OpenMP runtime that is in the process already.
#pragma once

#include "provider/threads/runtime.hpp"

namespace winodnn {

// Its functions, by their names in libgomp's interface, which libiomp5 has too: of the library that oneDNN's
// own calls come to, of whose code `onednn` is. If they cannot be followed, those in the global scope, or
// else in `library`: the libdnnl that was loaded, whose own dependencies may be visible to it alone. Nothing
// if the process has no OpenMP runtime.
std::unique_ptr<const thread_runtime> find_openmp(const void *onednn, void *library);

} // namespace winodnn
