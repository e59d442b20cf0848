#include "provider/calibration/calibrating.hpp"

#include "calibration/calibration_file.hpp"
#include "calibration/observer.hpp"
#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "files/file_replacement.hpp"
#include "files/standard_streams.hpp"
#include "process/fork_safe_mutex.hpp"
#include "process/never_destroyed.hpp"
#include "weights/packed_weights.hpp"
#include "winograd/exact_bytes.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
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

// From one start to the next or to the file.
struct observation {
    explicit observation(scale_choice c) : choice(c) {}

    const scale_choice choice;
    fork_safe_mutex mutex;
    std::map<layer_key, observed_layer> layers; // by their keys without zero points
};

struct calibration_state {
    calibration_state();

    fork_safe_mutex mutex;
    std::shared_ptr<const calibration_in_use> in_use;
    std::shared_ptr<observation> observed; // nullptr: nothing is
    std::atomic<bool> observing {false};   // the same, to be asked by every execution
};

// Of WINODNN_CALIBRATE: a child that was forked does not write its parent's file.
constinit std::atomic<pid_t> writer {0};

// Before hours of calibrating, not after them.
void report_if_not_writable(const std::string &path) {
    try {
        const file_replacement uncommitted(path);
    } catch (const std::runtime_error &error) {
        print_to_stderr(
                "winodnn: WINODNN_CALIBRATE=%s; it is tried again when the process ends\n", error.what());
    }
}

calibration_state::calibration_state() {
    std::string problem;
    const settings &wanted = environment();
    if (!wanted.calibrate.empty()) {
        report_if_not_writable(wanted.calibrate);
        observed = std::make_shared<observation>(wanted.scales);
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
    if (!problem.empty()) print_to_stderr("winodnn: %s; all convolutions are exact\n", problem.c_str());
}

calibration_state &calibration_of_process() {
    static never_destroyed<calibration_state> s;
    return *s;
}

// When the process ends, after all that the program itself does then.
[[gnu::destructor]] void write_at_exit() {
    if (writer != getpid()) return;
    try {
        if (is_observing()) write_observed(environment().calibrate);
    } catch (const std::exception &error) {
        print_to_stderr("winodnn: WINODNN_CALIBRATE: %s\n", error.what());
    }
}

std::shared_ptr<observation> current_observation() {
    calibration_state &s = calibration_of_process();
    const std::lock_guard lock(s.mutex);
    return s.observed;
}

calibration calibration_of(observation &observed) {
    std::map<layer_key, observed_layer> layers;
    {
        const std::lock_guard lock(observed.mutex);
        layers = observed.layers;
    }
    calibration result;
    result.scales = observed.choice;
    for (const auto &[key, layer] : layers)
        for (const auto &[zero_points, watching] : layer.by_zero_points)
            // One whose first source was too much for the memory has seen nothing.
            if (watching->patches() > 0) result.layers.push_back(watching->finish(result.scales));
    if (result.layers.empty()) throw std::logic_error("no convolution was observed; nothing is written");
    return result;
}

// What watches these weights with these zero points; nullptr if there is none yet, or, for good, if the
// layer's zero points follow the source.
struct watched {
    std::shared_ptr<observer> by;
    bool is_changing;
};

watched find_observer(observed_layer &layer, const zero_point_list &zero_points) {
    const auto known = layer.by_zero_points.find(zero_points);
    if (known != layer.by_zero_points.end()) return {known->second, false};
    if (layer.by_zero_points.size() == most_zero_points) layer = {{}, true};
    return {nullptr, layer.is_changing};
}

watched find_observer(observation &observed, const layer_key &key, const zero_point_list &zero_points) {
    const std::lock_guard lock(observed.mutex);
    return find_observer(observed.layers[key], zero_points);
}

std::shared_ptr<observer> observer_of(observation &observed, const problem &p, const weights_layout &layout,
        const packed_block &weights, const zero_point_list &zero_points) {
    const layer_key key = key_of(p, weights.identity);
    watched known = find_observer(observed, key, zero_points);
    if (known.by != nullptr || known.is_changing) return known.by;
    // Outside the lock: it takes long, and an observer has a lock of its own.
    std::vector<std::int8_t> plain(static_cast<std::size_t>(p.oc * p.group_ic() * p.taps()));
    unpack_weights(layout, weights, plain.data(), lone_thread());
    auto made = std::make_shared<observer>(p, key_of(p, weights.identity, zero_points), std::move(plain));
    const std::lock_guard lock(observed.mutex);
    observed_layer &layer = observed.layers[key];
    // Other threads may have made the same one meanwhile, or one too many.
    known = find_observer(layer, zero_points);
    if (known.by != nullptr || known.is_changing) return known.by;
    return layer.by_zero_points.emplace(zero_points, std::move(made)).first->second;
}

} // namespace

std::vector<const layer_calibration *> calibration_in_use::layers_like(const problem &p) const {
    std::vector<const layer_calibration *> found;
    for (const layer_calibration &layer : calibration.layers)
        if (layer.describes(p)) found.push_back(&layer);
    return found;
}

std::shared_ptr<const calibration_in_use> current_calibration() {
    calibration_state &s = calibration_of_process();
    const std::lock_guard lock(s.mutex);
    return s.observing ? nullptr : s.in_use;
}

void set_calibration(std::shared_ptr<const calibration_in_use> next) {
    calibration_state &s = calibration_of_process();
    const std::lock_guard lock(s.mutex);
    s.in_use = std::move(next);
}

bool is_observing() {
    return calibration_of_process().observing.load(std::memory_order_relaxed);
}

void start_observing(scale_choice choice) {
    calibration_state &s = calibration_of_process();
    auto next = std::make_shared<observation>(choice); // and then the one before, outside the lock
    const std::lock_guard lock(s.mutex);
    s.observed.swap(next);
    s.observing = true;
}

void observe(const problem &p, const weights_layout &layout, const run_args &args) {
    const std::shared_ptr<observation> observed = current_observation();
    if (observed == nullptr) return;
    const std::optional<zero_point_list> zero_points = zero_points_of(p, args.src_zero_points);
    if (!zero_points) return; // 16-bit components have no room for sources this far from 0
    if (const auto watching = observer_of(*observed, p, layout, args.weights, *zero_points))
        watching->observe(p, args.src);
}

void write_observed(const std::string &path) {
    const std::shared_ptr<observation> observed = current_observation();
    if (observed == nullptr) throw std::logic_error("no calibration was started");
    file_replacement file(path); // a wrong path is noticed before the seconds that follow
    file.commit(text_of(calibration_of(*observed)));
    calibration_state &s = calibration_of_process();
    const std::lock_guard lock(s.mutex);
    if (s.observed != observed) return; // somebody has started anew
    s.observed.reset();
    s.observing = false;
}

namespace {

// What weights are packed in where the source is promised to be small: byte_weights.hpp.
std::vector<convolution_variant> with_byte_components(
        std::vector<convolution_variant> variants, const problem &p, const plan &base) {
    const weights_layout layout = layout_for(p, base);
    for (const component_set &some : byte_component_choices(layout.shape(), layout.promised_source())) {
        variants.push_back({{}, base, {}});
        variants.back().plan.numbers = {false, {}, some};
    }
    return variants;
}

} // namespace

std::vector<convolution_variant> variants_of(
        const problem &p, const plan &base, const calibration_in_use *calibrated) {
    std::vector<convolution_variant> variants(1);
    variants.front().plan = exact_plan(base);
    if (base.source_bits < 8) return with_byte_components(std::move(variants), p, base);
    if (!base.calibrated || calibrated == nullptr) return variants;
    const weights_layout layout = layout_for(p, base);
    for (const layer_calibration *layer : calibrated->layers_like(p)) {
        // What the reorder, which does not see the source, packs these weights in.
        const number_system numbers = numbers_for(calibrated->calibration.find(layer->identity, layout),
                base.tile, calibrated->target_snr, narrow_limit_of(base.isa));
        if (!numbers.quantized) continue;
        const plan chosen = plan_of(*layer, p, base, numbers);
        const winodnn::tile &whole = tile_of(base.tile);
        variants.push_back({*layer, chosen,
                quantizers_for(*layer, whole, pieces_of(p, whole, chosen.mixed), numbers.wide,
                        source_range(p), narrow_limit_of(base.isa))});
    }
    return variants;
}

} // namespace winodnn
