// What primitive attributes ask for, in our own terms.
#pragma once

#include "problem/problem.hpp"

#include "oneapi/dnnl/dnnl_types.h"

namespace winodnn {

// Adds scales, zero points and post-ops to a problem whose shape and tensors are known. Throws refusal.
void read_attributes(const_dnnl_primitive_attr_t attr, problem &p);

// Whether sums may be less than exact: accumulation mode relaxed or any, where oneDNN has modes.
bool allows_relaxed_accumulation(const_dnnl_primitive_attr_t attr);

} // namespace winodnn
