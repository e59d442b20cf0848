// The exported functions on streams, for what fails after it was given to them.
#include "provider/execution/deferred_failures.hpp"
#include "provider/exported/exported.hpp"
#include "provider/onednn/real.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_stream_wait(dnnl_stream_t stream) {
    const dnnl_status_t status = forward(real().dnnl_stream_wait, stream);
    return status == dnnl_success ? take_deferred_failure(stream) : status;
}

WINODNN_EXPORT dnnl_status_t dnnl_stream_destroy(dnnl_stream_t stream) {
    take_deferred_failure(stream); // the next stream may get its address
    return forward(real().dnnl_stream_destroy, stream);
}
