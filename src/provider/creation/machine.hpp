// The machine, as far as oneDNN lets us use it.
#pragma once

#include "dispatch/dispatch.hpp"

#include <optional>
#include <string>

namespace winodnn {

struct machine_report {
    std::optional<machine> usable;
    std::string reason; // why there is none
};

// Honours oneDNN's cap on the instruction set. Asking ends the time in which the cap can be changed, so ask
// only after a call that ends it anyway, as creating a primitive desc does.
machine_report describe_machine();

} // namespace winodnn
