// Finding oneDNN's functions at run time, and calling those that may be missing.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <utility>

namespace winodnn {

// The function of this name in the oneDNN behind us, or nullptr: it may be older than the program's headers.
void *find_real(const char *name);

// Whether an address lies in this library.
bool is_ours(const void *function);

// The libdnnl that the process has loaded, or nullptr if none goes by that name.
void *loaded_library();

// The answer of a real function, or dnnl_unimplemented if oneDNN does not have it.
template <typename... Parameters, typename... Arguments>
dnnl_status_t forward(dnnl_status_t (*function)(Parameters...), Arguments &&...arguments) {
    return function == nullptr ? dnnl_unimplemented : function(std::forward<Arguments>(arguments)...);
}

} // namespace winodnn
