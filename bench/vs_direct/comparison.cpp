#include "comparison.hpp"

#include "calibrate.hpp"
#include "timing/rounds.hpp"
#include "true_accumulators.hpp"

#include <winodnn/winodnn.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace winodnn::bench {
namespace {

template <typename T>
std::int64_t differences(const std::vector<T> &a, const std::vector<T> &b) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
    return count;
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

dnnl::primitive_attr promised(bits_each bits) {
    dnnl::primitive_attr attr;
    if (winodnn_set_bits(attr.get(), bits.source, bits.weights) != 0)
        throw std::runtime_error("winodnn does not see the attributes");
    return attr;
}

} // namespace

comparison::comparison(const layer &l, const accuracy_options &accuracy, bits_each bits)
    : layer_(l), accuracy_(accuracy), data_(l, accuracy.calibrated, bits),
      engine_(dnnl::engine::kind::cpu, 0) {
    if (accuracy.calibrated)
        calibrate_on([&] { accumulators_of(ask(engine_, l, flavour::accumulators), data_); }, accuracy.scales,
                accuracy.target_snr);

    direct_.emplace(ask_direct(engine_, l, flavour::layer), flavour::layer, data_);
    convolution_pd pd = ask(engine_, l, flavour::layer, dnnl::algorithm::convolution_direct, promised(bits));
    why_declined_ = winodnn_last_decline_reason();
    if (is_ours(pd)) ours_.emplace(std::move(pd), flavour::layer, data_);
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
    const auto ours = accumulators_of(ask(engine_, layer_, flavour::accumulators,
                                              dnnl::algorithm::convolution_winograd, promised(data_.bits)),
            data_);
    result.mismatches = differences(ours, truth);
    compare_bytes(result);
    return result;
}

void comparison::compare_bytes(correctness &result) {
    ours_->execute();
    direct_->execute();
    result.different_bytes = differences(ours_->output<std::uint8_t>(), direct_->output<std::uint8_t>());
}

std::optional<seconds_each> comparison::time(double seconds, std::string &distrust) {
    rounds held(declined() ? 1 : 2);
    held.hold_all(seconds, [this](std::size_t contender) {
        return std::vector<turn> {contender == 0 ? time_direct() : time_winodnn()};
    });
    distrust = held.distrust();
    if (!distrust.empty()) return {};
    const double direct = held.contender(0).seconds();
    return seconds_each {declined() ? direct : held.contender(1).seconds(), direct};
}

} // namespace winodnn::bench
