// Calibrations in files: JSON, versioned, a line for each component.
#pragma once

#include "calibration/calibration.hpp"

#include <string>

namespace winodnn {

// Throws std::runtime_error: "FILE:LINE: what is wrong", or why the file cannot be read.
calibration read_calibration(const std::string &path);

// Into a file of another name first, which then takes the place of what was there: readers see the old or the
// new one, whole. Throws std::runtime_error.
void write_calibration(const calibration &c, const std::string &path);

} // namespace winodnn
