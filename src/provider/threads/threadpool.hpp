// A threadpool of the program's own, which oneDNN was given with each stream.
#pragma once

#include "provider/threads/runtime.hpp"

namespace winodnn {

// Nothing if oneDNN lacks the functions.
std::unique_ptr<const thread_runtime> find_threadpool();

} // namespace winodnn
