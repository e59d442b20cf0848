// The user's settings, from environment variables.
#pragma once

#include "calibration/calibration.hpp"

#include <limits>
#include <optional>
#include <string>

namespace winodnn {

// No packed weights take less than that.
constexpr double least_max_weights_growth = 1;

struct settings {
    enum class winograd_mode { off, exact, calibrated };

    winograd_mode mode = winograd_mode::exact; // WINODNN_MODE=off|exact|calibrated
    int verbose = 0;                           // WINODNN_VERBOSE=0|1|2
    bool reach = false;                        // WINODNN_REACH=1: oneDNNs inside of other libraries too
    // WINODNN_TILE=f2x2|...: this tile wherever it serves, faster or not. For measuring.
    std::optional<tile_id> tile;
    std::string calibrate;   // WINODNN_CALIBRATE=FILE: observe, and write it at exit
    std::string calibration; // WINODNN_CALIBRATION=FILE: what calibrated convolutions are made by
    scale_choice scales = scale_choice::mse; // WINODNN_SCALES, of what is observed
    double target_snr = default_target_snr;  // WINODNN_TARGET_SNR, in dB
    std::string tune;                        // WINODNN_TUNE=FILE: measure at creation, remember in the file
    std::string skip;                        // WINODNN_SKIP=FILE: layers that are left to oneDNN
    // WINODNN_MAX_WEIGHTS_GROWTH: the most that packed weights may take, in plain ones' bytes.
    double max_weights_growth = std::numeric_limits<double>::infinity();
};

// Read at the first call, and never again: a setting that changed half way would leave primitives of both
// kinds. What a variable does not understand is reported to stderr then, and so is a WINODNN_ variable that
// nobody reads.
const settings &environment();
settings read_environment(); // as they are now

} // namespace winodnn
