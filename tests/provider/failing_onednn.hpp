#pragma once

#include "oneapi/dnnl/dnnl.h"

namespace winodnn::testing {

// Executions by oneDNN itself; winodnn's own are not concerned.
void let_executions_fail(bool fail);

} // namespace winodnn::testing
