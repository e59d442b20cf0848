#include "provider/calibrating.hpp"

#include "calibration/calibration_file.hpp"
#include "calibration/observer.hpp"
#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "weights/packed_weights.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <unistd.h>

namespace winodnn {
namespace {

// Zero points are part of what a layer is calibrated for, so each has an observer of its own. Where they
// follow the source from execution to execution that serves nothing, and would take memory without end: then
// the layer stays exact.
constexpr std::size_t most_zero_points = 8;

struct observed_layer {
    std::map<zero_point_list, std::shared_ptr<observer>> by_zero_points;
    bool is_changing = false;
};

struct state {
    std::mutex mutex;
    std::shared_ptr<const calibration_in_use> in_use;
    std::map<layer_key, observed_layer> observed; // by their keys without zero points
    scale_choice choice = scale_choice::max;
    std::atomic<bool> observing {false};
    pid_t owner = 0; // a child that was forked does not write its parent's file
};

void write_at_exit();

// Never destroyed: convolutions can be executed by other threads while the process ends.
state &process() {
    static state &s = *[] {
        auto *made = new state;
        std::string problem;
        const settings &wanted = environment();
        if (!wanted.calibrate.empty()) {
            made->choice = wanted.scales;
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
        if (!problem.empty())
            std::fprintf(stderr, "winodnn: %s; all convolutions are exact\n", problem.c_str());
        return made;
    }();
    return s;
}

void write_at_exit() {
    if (process().owner != getpid()) return;
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
    return s.observing ? nullptr : s.in_use;
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
    const std::lock_guard lock(s.mutex);
    s.observed.clear();
    s.choice = choice;
    s.observing = true;
}

void observe(const problem &p, const weights_layout &layout, const run_args &args) {
    state &s = process();
    const std::optional<zero_point_list> zero_points = zero_points_of(p, args.src_zero_points);
    if (!zero_points) return; // 16-bit components have no room for sources this far from 0
    std::shared_ptr<observer> watching;
    {
        const std::lock_guard lock(s.mutex);
        observed_layer &layer = s.observed[key_of(p, args.weights.identity)];
        if (layer.is_changing) return;
        std::shared_ptr<observer> &known = layer.by_zero_points[*zero_points];
        if (known == nullptr) {
            if (layer.by_zero_points.size() > most_zero_points) {
                layer = {{}, true};
                return;
            }
            std::vector<std::int8_t> weights(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps()));
            unpack_weights(layout, args.weights, weights.data(), lone_thread());
            known = std::make_shared<observer>(
                    p, key_of(p, args.weights.identity, *zero_points), std::move(weights));
        }
        watching = known;
    }
    watching->observe(p, args.src);
}

calibration stop_observing() {
    state &s = process();
    s.observing = false;
    std::map<layer_key, observed_layer> observed;
    calibration result;
    {
        const std::lock_guard lock(s.mutex);
        observed.swap(s.observed);
        result.scales = s.choice;
    }
    for (const auto &[key, layer] : observed)
        for (const auto &[zero_points, watching] : layer.by_zero_points)
            result.layers.push_back(watching->finish(result.scales));
    return result;
}

std::vector<convolution_variant> variants_of(
        const problem &p, const plan &base, const calibration_in_use *calibrated) {
    std::vector<convolution_variant> variants(1);
    variants.front().how = exact_plan(base);
    if (!base.calibrated || calibrated == nullptr) return variants;
    const weights_layout layout = layout_for(p, base);
    for (const layer_calibration *layer : calibrated->like(p)) {
        // What the reorder, which does not see the source, packs these weights in.
        const number_system numbers = numbers_for(calibrated->known.of(layer->identity, layout), base.tile,
                calibrated->target_snr, narrow_limit_of(base.isa));
        if (!numbers.quantized) continue;
        const plan how = plan_of(*layer, p, base, numbers);
        const winodnn::tile &whole = tile_of(base.tile);
        variants.push_back({*layer, how,
                quantizers_for(*layer, whole, pieces_of(p, whole, how.mixed), numbers.wide, source_range(p),
                        narrow_limit_of(base.isa))});
    }
    return variants;
}

} // namespace winodnn
