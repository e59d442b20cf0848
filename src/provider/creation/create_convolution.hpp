// Deciding about a forward convolution: ours or oneDNN's.
#pragma once

#include "provider/creation/request.hpp"

namespace winodnn {

// After oneDNN's answer to a convolution that is none of ours at first sight: whether it was a valid one, and
// so is declined.
bool note_first_sight(dnnl_status_t status, dnnl_alg_kind_t alg_kind, const refusal &why);
void print_decline(const convolution_request &request, const refusal &why);

dnnl_status_t create_convolution(dnnl_primitive_desc_t *result, const convolution_request &request);

} // namespace winodnn
