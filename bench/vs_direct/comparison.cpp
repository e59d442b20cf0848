#include "comparison.hpp"

#include "true_accumulators.hpp"

#include <winodnn/winodnn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace winodnn::bench {
namespace {

constexpr double stretch_seconds = 0.02;
constexpr int fewest_executions = 3;

template <typename T>
std::int64_t differences(const std::vector<T> &a, const std::vector<T> &b) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
    return count;
}

double seconds_of(contender &c) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    c.execute();
    return std::chrono::duration<double>(clock::now() - start).count();
}

double median_of_stretch(contender &c) {
    c.execute();
    std::vector<double> times;
    for (double total = 0; total < stretch_seconds || std::ssize(times) < fewest_executions;) {
        times.push_back(seconds_of(c));
        total += times.back();
    }
    const auto middle = times.begin() + std::ssize(times) / 2;
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

double decibels(const std::vector<std::int32_t> &values, const std::vector<std::int32_t> &truth) {
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double error = values[i] - double(truth[i]);
        signal += double(truth[i]) * truth[i];
        noise += error * error;
    }
    return 10 * std::log10(signal / std::max(noise, 1e-9));
}

std::vector<std::int32_t> accumulators_of(convolution_pd pd, const layer_data &data) {
    contender c(std::move(pd), flavour::accumulators, data);
    c.execute();
    return c.output<std::int32_t>();
}

} // namespace

comparison::comparison(const layer &l, const accuracy_options &accuracy)
    : layer_(l), accuracy_(accuracy), data_(l, accuracy.calibrated), engine_(dnnl::engine::kind::cpu, 0) {
    if (accuracy.calibrated) calibrate();

    direct_.emplace(ask_direct(engine_, l, flavour::layer), flavour::layer, data_);
    convolution_pd pd = ask(engine_, l, flavour::layer);
    why_declined_ = winodnn_last_decline_reason();
    if (is_ours(pd)) ours_.emplace(std::move(pd), flavour::layer, data_);
}

// On the very data that are computed with: what the best of calibrations gives.
void comparison::calibrate() {
    const auto succeed = [](int status) {
        if (status != 0) throw std::runtime_error(winodnn_calibration_error());
    };
    const std::string file =
            std::filesystem::temp_directory_path() / ("vs_direct." + std::to_string(getpid()) + ".json");
    succeed(winodnn_calibration_use(nullptr, 0));
    succeed(winodnn_calibration_start(accuracy_.scales.c_str()));
    accumulators_of(ask(engine_, layer_, flavour::accumulators), data_);
    succeed(winodnn_calibration_write(file.c_str()));
    succeed(winodnn_calibration_use(file.c_str(), accuracy_.target_snr));
    std::filesystem::remove(file);
}

correctness comparison::check() {
    correctness result;
    const auto truth = true_accumulators(layer_, data_.src, data_.of(flavour::accumulators));
    const auto direct = accumulators_of(ask_direct(engine_, layer_, flavour::accumulators), data_);
    result.direct_mismatches = differences(direct, truth);
    if (declined()) return result;

    if (accuracy_.calibrated) {
        result.snr = decibels(accumulators_of(ask(engine_, layer_, flavour::accumulators), data_), truth);
        compare_bytes(result);
        return result;
    }
    // By name: with the wider destination the dispatcher could think otherwise of the layer.
    const auto ours = accumulators_of(
            ask(engine_, layer_, flavour::accumulators, dnnl::algorithm::convolution_winograd), data_);
    result.mismatches = differences(ours, truth);
    compare_bytes(result);
    return result;
}

void comparison::compare_bytes(correctness &result) {
    ours_->execute();
    direct_->execute();
    result.different_bytes = differences(ours_->output<std::uint8_t>(), direct_->output<std::uint8_t>());
}

seconds_each comparison::time() {
    direct_first_ = !direct_first_;
    seconds_each result;
    if (direct_first_) result.direct = median_of_stretch(*direct_);
    result.winodnn = ours_ ? median_of_stretch(*ours_) : result.direct;
    if (!direct_first_) result.direct = median_of_stretch(*direct_);
    if (!ours_) result.winodnn = result.direct;
    return result;
}

} // namespace winodnn::bench
