// WINODNN_REACH: oneDNNs that are inside of other libraries, or of the program.
#pragma once

#include "provider/onednn/real.hpp"

#include <string>

namespace winodnn {

// Whether the user asked for it, and winodnn is on.
bool wants_images();

// Looks into what was loaded since the last time. While another thread is looking, it is that one which looks
// again.
void look_at_new_images() noexcept;

// The first that was reached, or nullptr.
const onednn *first_reached();

// Why one was not reached, and which; empty if there is none.
std::string why_not_reached();

} // namespace winodnn
