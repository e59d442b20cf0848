// What can be found out of attributes that oneDNN has no getters for.
#pragma once

#include "oneapi/dnnl/dnnl_types.h"

namespace winodnn {

// False if oneDNN knows of scales, zero points or other settings without getters. Asked of attributes of
// which none was seen; with post-ops it cannot be asked. Throws failure.
bool may_be_default(dnnl_engine_t engine, const_dnnl_primitive_attr_t attr);

} // namespace winodnn
