// What programs do with convolutions, in many threads for a long time.
#pragma once

#include "provider/convolution_case.hpp"

#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <vector>

namespace winodnn::testing {

// Something was not as it should be.
struct soak_failure {
    std::string what;
};

class workload {
public:
    // Computes what is expected of each layer, and makes a calibration of one. All files are named after
    // `scratch_path`. Throws soak_failure.
    explicit workload(std::string scratch_path);
    ~workload();

    // One thing of those that programs do, chosen at random. For any number of threads at once. Throws
    // soak_failure, and what dnnl.hpp throws.
    void do_one(std::mt19937 &random);

private:
    struct layer;
    struct primitive_in_use;

    void use_a_new_one(const layer &l, std::mt19937 &random);
    void use_the_shared_one(layer &l, std::mt19937 &random);
    void use_the_calibrated_one(std::mt19937 &random);
    void ask(const layer &l);
    void change_attributes();
    void leave_one_to_onednn();
    void ask_winodnn();
    void change_the_calibration(std::mt19937 &random);
    void calibrate(const std::string &file, double target_snr);

    const std::string calibration_, other_calibration_; // files
    std::vector<std::unique_ptr<layer>> layers_;
    std::unique_ptr<layer> calibrated_layer_;
    std::vector<std::uint8_t> calibrated_dst_;
    std::shared_mutex calibrating_; // descs and weights of the calibrated layer belong to one calibration
};

} // namespace winodnn::testing
