// The functions of winodnn.h for calibration.
#include "calibration/calibration_file.hpp"
#include "environment/environment.hpp"
#include "process/thread_text.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/report/verbose.hpp"
#include "winodnn/winodnn.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace winodnn {
namespace {

constinit thread_local const char *last_error [[gnu::tls_model("initial-exec")]] = "";

thread_text &error_text() {
    static thread_text text;
    return text;
}

// 0, or -1 and the reason in last_error.
template <typename Body>
int reporting(Body &&body) {
    try {
        body();
        print_mode();
        last_error = "";
        return 0;
    } catch (const std::exception &error) {
        last_error = error_text().keep(error.what());
        return -1;
    }
}

scale_choice scales_called(const char *name) {
    if (name == nullptr) return scale_choice::mse;
    const auto found = std::ranges::find(scale_choice_names, std::string_view(name));
    if (found == scale_choice_names.end()) throw std::invalid_argument("no scales are called so");
    return scale_choice(found - scale_choice_names.begin());
}

} // namespace
} // namespace winodnn

int winodnn_calibration_start(const char *scales) {
    return winodnn::reporting([&] { winodnn::start_observing(winodnn::scales_called(scales)); });
}

int winodnn_calibration_write(const char *file) {
    return winodnn::reporting([&] {
        if (file == nullptr) throw std::invalid_argument("no file");
        winodnn::write_observed(file);
    });
}

int winodnn_calibration_use(const char *file, double target_snr) {
    return winodnn::reporting([&] {
        if (file == nullptr) return winodnn::set_calibration(nullptr);
        if (!std::isfinite(target_snr)) throw std::invalid_argument("the target is not a number of dB");
        winodnn::set_calibration(std::make_shared<const winodnn::calibration_in_use>(
                winodnn::calibration_in_use {winodnn::read_calibration(file), target_snr, true}));
    });
}

double winodnn_default_target_snr(void) {
    return winodnn::default_target_snr;
}

const char *winodnn_calibration_error(void) {
    return winodnn::last_error;
}
