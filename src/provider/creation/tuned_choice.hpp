// WINODNN_TUNE: what a convolution gets by measurement instead of prediction.
#pragma once

#include "dispatch/dispatch.hpp"
#include "provider/creation/request.hpp"

#include <optional>

namespace winodnn {

// What is known of the layer, or else what measuring it says, which is then remembered. Nothing if the user
// did not ask for it, if nothing can be measured here (a file that is not understood, threads that only
// executions have, arguments that oneDNN refuses, weights that may not be packed), or inside of another
// measurement. Measuring takes about 0.3 s; where a layer runs longer than a tenth of a second, two
// executions each of direct convolution and of the best predicted plan. For that time it holds copies of the
// layer's tensors. Layers are measured one after the other, whatever threads ask.
std::optional<expected<plan>> tuned_choice(
        const convolution_request &request, const problem &p, const machine &m);

// The same for weights that are packed already: nothing is measured, and the plan has to be of their layout.
std::optional<plan> tuned_plan(
        const convolution_request &request, const problem &p, const machine &m, const weights_layout &packed);

} // namespace winodnn
