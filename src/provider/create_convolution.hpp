// Deciding about a forward convolution: ours or oneDNN's.
#pragma once

#include "provider/request.hpp"

namespace winodnn {

dnnl_status_t create_convolution(dnnl_primitive_desc_t *result, const convolution_request &request);

} // namespace winodnn
