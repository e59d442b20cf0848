// oneTBB, through a module of ours that is linked to it: what the process has loaded is what the module gets,
// because the loader knows libraries by their SONAME.
#pragma once

#include "provider/threads/runtime.hpp"

namespace winodnn {

// Nothing if the module does not lie next to this library, or cannot be loaded.
std::unique_ptr<const thread_runtime> find_tbb();

} // namespace winodnn
