// Calibration on the very data that are computed with: what the best of calibrations gives.
#pragma once

#include <winodnn/winodnn.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace winodnn::bench {

// Of all that `run` executes. Convolutions that are created from then on are made by it.
template <typename Run>
void calibrate_on(const Run &run, const std::string &scales, double target_snr) {
    const auto succeed = [](int status) {
        if (status != 0) throw std::runtime_error(winodnn_calibration_error());
    };
    const std::string file =
            std::filesystem::temp_directory_path() / ("winodnn_bench." + std::to_string(getpid()) + ".json");
    succeed(winodnn_calibration_use(nullptr, 0));
    succeed(winodnn_calibration_start(scales.c_str()));
    run();
    succeed(winodnn_calibration_write(file.c_str()));
    succeed(winodnn_calibration_use(file.c_str(), target_snr));
    std::filesystem::remove(file);
}

} // namespace winodnn::bench
