// The machine, as far as oneDNN lets us use it.
#pragma once

#include "dispatch/dispatch.hpp"

namespace winodnn {

// Honours oneDNN's cap on the instruction set. Asking ends the time in which the cap can be changed, so ask
// only after a call that ends it anyway, as creating a primitive desc does.
expected<machine> describe_machine();

} // namespace winodnn
