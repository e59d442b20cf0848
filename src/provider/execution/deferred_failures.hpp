// Failures that come after dnnl_primitive_execute has returned: of executions on asynchronous threadpools.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

#include <string_view>

namespace winodnn {

// Reported on stderr, because a program that waits for its pool by itself has no other way to learn that a
// destination was not computed; and by dnnl_stream_wait.
void note_deferred_failure(dnnl_stream_t stream, dnnl_status_t status, std::string_view info);
// What was noted first for this stream since the last call, or dnnl_success.
dnnl_status_t take_deferred_failure(dnnl_stream_t stream);

} // namespace winodnn
