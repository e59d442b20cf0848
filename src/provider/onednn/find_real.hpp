// Finding oneDNN's functions at run time, and calling those that may be missing.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <utility>

namespace winodnn {

// Whether an address lies in this library.
bool is_ours(const void *function);
// A search that starts at libdnnl may come back to us: its own dependencies can be preloaded.
inline void *not_ours(void *function) {
    return is_ours(function) ? nullptr : function;
}

// The libdnnl of v3 that the process has loaded, or nullptr as long as it has none.
void *loaded_library();

// Whether the process has a oneDNN v3, and whether it is this library.
bool find_served();
bool serves(void *library);

// The function of this name that comes next in the process's own scope, which need not be one of v3.
const void *next_of(const char *name);
// The major version that is next there, and that of a library; 0 for none.
int version_of_next();
int version_of(void *library);

// The library, if it is loaded, and from now on for good: what was found in it stays where it is.
void *keep_loaded(const char *file);

// The answer of a real function, or dnnl_unimplemented if oneDNN does not have it.
template <typename... Parameters, typename... Arguments>
dnnl_status_t forward(dnnl_status_t (*function)(Parameters...), Arguments &&...arguments) {
    return function == nullptr ? dnnl_unimplemented : function(std::forward<Arguments>(arguments)...);
}

} // namespace winodnn
