// oneDNN's cache of primitives, as far as its testing functions tell.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

namespace winodnn {

// Of a real primitive desc. False where oneDNN does not tell.
bool is_in_onednns_cache(const_dnnl_primitive_desc_t desc);

} // namespace winodnn
