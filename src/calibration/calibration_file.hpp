// Calibrations in files: JSON, versioned, a line for each component.
#pragma once

#include "calibration/calibration.hpp"

#include <string>

namespace winodnn {

// Throws std::runtime_error: "FILE:LINE: what is wrong", or why the file cannot be read.
calibration read_calibration(const std::string &path);

// What is to be in the file.
std::string text_of(const calibration &c);
// By a file_replacement. Throws std::runtime_error.
void write_calibration(const calibration &c, const std::string &path);

} // namespace winodnn
