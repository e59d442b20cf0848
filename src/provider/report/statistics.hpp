// The counters behind winodnn_get_statistics, and the last reason.
#pragma once

#include "problem/refusal.hpp"

namespace winodnn {

void count_taken_over();
void count_declined(const refusal &why);
void count_executed(bool left_to_onednn);
// Before a convolution is looked at: what was said of the last one is no longer true.
void forget_decline_reason();

} // namespace winodnn
