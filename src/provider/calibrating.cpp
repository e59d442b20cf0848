#include "provider/calibrating.hpp"

#include "calibration/calibration_file.hpp"
#include "calibration/observer.hpp"
#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "files/file_replacement.hpp"
#include "files/standard_streams.hpp"
#include "weights/packed_weights.hpp"

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

namespace winodnn {
namespace {

// From one start to the next or to the file.
struct observation {
    explicit observation(scale_choice c) : choice(c) {}

    const scale_choice choice;
    std::mutex mutex;
    std::map<std::uint64_t, std::shared_ptr<observer>> observers;
};

struct state {
    std::mutex mutex;
    std::shared_ptr<const calibration_in_use> in_use;
    std::shared_ptr<observation> observed; // nullptr: nothing is
    std::atomic<bool> observing {false};   // the same, to be asked by every execution
    pid_t owner = 0;                       // a child that was forked does not write its parent's file
};

void write_at_exit();

// Before hours of calibrating, not after them.
void report_if_not_writable(const std::string &path) {
    try {
        const file_replacement uncommitted(path);
    } catch (const std::runtime_error &error) {
        print_to_stderr(
                "winodnn: WINODNN_CALIBRATE=%s; it is tried again when the process ends\n", error.what());
    }
}

// Never destroyed: convolutions can be executed by other threads while the process ends.
state &process() {
    static state &s = *[] {
        auto made = std::make_unique<state>();
        std::string problem;
        const settings &wanted = environment();
        if (!wanted.calibrate.empty()) {
            report_if_not_writable(wanted.calibrate);
            made->observed = std::make_shared<observation>(wanted.scales);
            made->observing = true;
            made->owner = getpid();
            std::atexit(write_at_exit);
        } else if (!wanted.calibration.empty() && wanted.mode != settings::winograd_mode::off) {
            try {
                made->in_use = std::make_shared<const calibration_in_use>(
                        calibration_in_use {read_calibration(wanted.calibration), wanted.target_snr,
                                wanted.mode == settings::winograd_mode::calibrated});
            } catch (const std::exception &error) {
                problem = std::string("WINODNN_CALIBRATION=") + error.what();
            }
        } else if (wanted.mode == settings::winograd_mode::calibrated) {
            problem = "WINODNN_MODE=calibrated without WINODNN_CALIBRATION";
        }
        if (!problem.empty()) print_to_stderr("winodnn: %s; all convolutions are exact\n", problem.c_str());
        return made.release();
    }();
    return s;
}

void write_at_exit() {
    if (process().owner != getpid()) return;
    try {
        if (is_observing()) write_observed(environment().calibrate);
    } catch (const std::exception &error) {
        print_to_stderr("winodnn: WINODNN_CALIBRATE: %s\n", error.what());
    }
}

std::shared_ptr<observation> current_observation() {
    state &s = process();
    const std::lock_guard lock(s.mutex);
    return s.observed;
}

calibration calibration_of(observation &observed) {
    std::map<std::uint64_t, std::shared_ptr<observer>> observers;
    {
        const std::lock_guard lock(observed.mutex);
        observers = observed.observers;
    }
    calibration result;
    result.scales = observed.choice;
    for (const auto &[identity, watching] : observers)
        result.layers.push_back(watching->finish(result.scales));
    if (result.layers.empty()) throw std::logic_error("no convolution was observed; nothing is written");
    return result;
}

} // namespace

std::vector<const layer_calibration *> calibration_in_use::like(const problem &p) const {
    std::vector<const layer_calibration *> found;
    for (const layer_calibration &layer : known.layers)
        if (layer.describes(p)) found.push_back(&layer);
    return found;
}

std::shared_ptr<const calibration_in_use> current_calibration() {
    state &s = process();
    const std::lock_guard lock(s.mutex);
    return s.in_use;
}

void set_calibration(std::shared_ptr<const calibration_in_use> next) {
    state &s = process();
    const std::lock_guard lock(s.mutex);
    s.in_use = std::move(next);
}

bool is_observing() {
    return process().observing.load(std::memory_order_relaxed);
}

void start_observing(scale_choice choice) {
    state &s = process();
    auto next = std::make_shared<observation>(choice); // and then the one before, outside the lock
    const std::lock_guard lock(s.mutex);
    s.observed.swap(next);
    s.observing = true;
}

void observe(const problem &p, const weights_layout &layout, const run_args &args) {
    const std::shared_ptr<observation> observed = current_observation();
    if (observed == nullptr) return;
    const std::uint64_t identity = identity_of(layout, args.weights);
    std::shared_ptr<observer> watching;
    {
        const std::lock_guard lock(observed->mutex);
        auto known = observed->observers.find(identity);
        if (known == observed->observers.end()) {
            std::vector<std::int8_t> weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps()));
            unpack_weights(layout, args.weights, weights.data(), lone_thread());
            auto made = std::make_shared<observer>(p, identity, std::move(weights));
            known = observed->observers.emplace(identity, std::move(made)).first;
        }
        watching = known->second;
    }
    std::vector<std::int16_t> zero_points;
    for (dim ic = 0; p.src_zero_point && ic < p.ic; ++ic)
        zero_points.push_back(
                static_cast<std::int16_t>(args.src_zero_points[p.src_zero_point_per_ic ? ic : 0]));
    watching->observe(p, args.src, zero_points.data());
}

void write_observed(const std::string &path) {
    const std::shared_ptr<observation> observed = current_observation();
    if (observed == nullptr) throw std::logic_error("no calibration was started");
    file_replacement file(path); // a wrong path is noticed before the seconds that follow
    file.commit(text_of(calibration_of(*observed)));
    state &s = process();
    const std::lock_guard lock(s.mutex);
    if (s.observed != observed) return; // somebody has started anew
    s.observed.reset();
    s.observing = false;
}

std::vector<convolution_variant> variants_of(
        const problem &p, const plan &base, const calibration_in_use *calibrated) {
    std::vector<convolution_variant> variants {{0, exact_plan(base), {}}};
    if (!base.calibrated || calibrated == nullptr) return variants;
    for (const layer_calibration *layer : calibrated->like(p)) {
        const number_system numbers =
                numbers_for(*layer, base.tile, calibrated->target_snr, narrow_limit_of(base.isa));
        if (!numbers.quantized) continue;
        const plan how = plan_of(*layer, p, base, numbers);
        const winodnn::tile &whole = tile_of(base.tile);
        variants.push_back({layer->identity, how,
                quantizers_for(*layer, whole, pieces_of(p, whole, how.mixed), numbers.wide, source_range(p),
                        narrow_limit_of(base.isa))});
    }
    return variants;
}

} // namespace winodnn
