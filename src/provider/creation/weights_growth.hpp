// The most that packed weights may take.
#pragma once

namespace winodnn {

// In plain ones' bytes, infinite if there is no bound. What winodnn_set_max_weights_growth() has set last, or
// else WINODNN_MAX_WEIGHTS_GROWTH.
double max_weights_growth();

} // namespace winodnn
