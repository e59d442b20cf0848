// The process's calibration: the one that convolutions are made by, and the one that is being observed.
#pragma once

#include "calibration/calibration.hpp"
#include "run/convolution.hpp"

#include <memory>
#include <string>
#include <vector>

namespace winodnn {

struct calibration_in_use {
    winodnn::calibration calibration;
    double target_snr = default_target_snr;
    bool for_all = true; // else for convolutions that ask for relaxed accumulation

    // Those that a convolution of this shape can be.
    std::vector<const layer_calibration *> layers_like(const problem &p) const;
};

// nullptr: all is exact, as it is while another calibration is going on. The one of WINODNN_CALIBRATION,
// until another is set.
std::shared_ptr<const calibration_in_use> current_calibration();
void set_calibration(std::shared_ptr<const calibration_in_use> next);

// Since WINODNN_CALIBRATE, or start_observing(), said so. What was observed before is forgotten.
bool is_observing();
void start_observing(scale_choice choice);
// An execution that was computed.
void observe(const problem &p, const weights_layout &layout, const run_args &args);
// Writes all layers that were observed, and then no more is. Whatever is executed in the meantime may be
// among them. Throws std::exception and goes on observing if the file cannot be written: nothing is lost.
void write_observed(const std::string &path);

// One way for a convolution to be executed: by its weights, and by the zero points of its source.
struct convolution_variant {
    layer_key key; // of nothing in particular: for weights that are packed exactly
    winodnn::plan plan;
    class_quantizers quantizers;
};
// The first is the exact one.
std::vector<convolution_variant> variants_of(
        const problem &p, const plan &base, const calibration_in_use *calibrated);

} // namespace winodnn
