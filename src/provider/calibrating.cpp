#include "provider/calibrating.hpp"

#include "calibration/calibration_file.hpp"
#include "calibration/observer.hpp"
#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"
#include "weights/packed_weights.hpp"

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <unistd.h>

namespace winodnn {
namespace {

struct state {
    state();

    fork_safe_mutex mutex;
    std::shared_ptr<const calibration_in_use> in_use;
    std::map<std::uint64_t, std::shared_ptr<observer>> observers;
    scale_choice choice = scale_choice::max;
    std::atomic<bool> observing {false};
};

// Of WINODNN_CALIBRATE: a child that was forked does not write its parent's file.
constinit std::atomic<pid_t> writer {0};

state::state() {
    std::string problem;
    const settings &wanted = environment();
    if (!wanted.calibrate.empty()) {
        choice = wanted.scales;
        observing = true;
        writer = getpid();
    } else if (!wanted.calibration.empty() && wanted.mode != settings::winograd_mode::off) {
        try {
            in_use = std::make_shared<const calibration_in_use>(
                    calibration_in_use {read_calibration(wanted.calibration), wanted.target_snr,
                            wanted.mode == settings::winograd_mode::calibrated});
        } catch (const std::exception &error) {
            problem = std::string("WINODNN_CALIBRATION=") + error.what();
        }
    } else if (wanted.mode == settings::winograd_mode::calibrated) {
        problem = "WINODNN_MODE=calibrated without WINODNN_CALIBRATION";
    }
    if (!problem.empty()) std::fprintf(stderr, "winodnn: %s; all convolutions are exact\n", problem.c_str());
}

state &process() {
    static never_destroyed<state> s;
    return *s;
}

// When the process ends, after all that the program itself does then.
[[gnu::destructor]] void write_at_exit() {
    if (writer != getpid()) return;
    try {
        write_calibration(stop_observing(), environment().calibrate);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "winodnn: WINODNN_CALIBRATE=%s\n", error.what());
    }
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
    std::map<std::uint64_t, std::shared_ptr<observer>> before; // destroyed outside the lock
    const std::lock_guard lock(s.mutex);
    before.swap(s.observers);
    s.choice = choice;
    s.observing = true;
}

void observe(const problem &p, const weights_layout &layout, const run_args &args) {
    state &s = process();
    const std::uint64_t identity = identity_of(layout, args.weights);
    std::shared_ptr<observer> watching;
    {
        const std::lock_guard lock(s.mutex);
        if (const auto known = s.observers.find(identity); known != s.observers.end())
            watching = known->second;
    }
    if (watching == nullptr) {
        std::vector<std::int8_t> weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps()));
        unpack_weights(layout, args.weights, weights.data(), lone_thread());
        auto made = std::make_shared<observer>(p, identity, std::move(weights));
        const std::lock_guard lock(s.mutex);
        watching = s.observers.try_emplace(identity, std::move(made)).first->second;
    }
    std::vector<std::int16_t> zero_points;
    for (dim ic = 0; p.src_zero_point && ic < p.ic; ++ic)
        zero_points.push_back(
                static_cast<std::int16_t>(args.src_zero_points[p.src_zero_point_per_ic ? ic : 0]));
    watching->observe(p, args.src, zero_points.data());
}

calibration stop_observing() {
    state &s = process();
    s.observing = false;
    std::map<std::uint64_t, std::shared_ptr<observer>> observers;
    calibration result;
    {
        const std::lock_guard lock(s.mutex);
        observers.swap(s.observers);
        result.scales = s.choice;
    }
    for (const auto &[identity, watching] : observers)
        result.layers.push_back(watching->finish(result.scales));
    return result;
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
