#include "provider/create_convolution.hpp"

#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "provider/calibrating.hpp"
#include "provider/choice_report.hpp"
#include "provider/convolution_description.hpp"
#include "provider/handle.hpp"
#include "provider/machine.hpp"
#include "provider/statistics.hpp"
#include "provider/status.hpp"
#include "provider/translate_attributes.hpp"
#include "provider/tuned_choice.hpp"
#include "provider/verbose.hpp"

namespace winodnn {
namespace {

struct selection {
    problem served {};
    decision decided {};
    std::shared_ptr<const calibration_in_use> calibrated {}; // of plans for calibrated weights
};

selection refuse(std::string reason) {
    return {{}, {{}, std::move(reason)}};
}

// Weights that are already packed leave the tile no choice. What else their layout depends on has to fit.
decision plan_for_packed(const problem &p, const machine &m, const weights_layout &given) {
    if (!serves(given.tile, p)) return {{}, "the weights are packed for another kernel or source"};
    const plan possible = plan_with_tile(p, m, given.tile, given.calibrated());
    if (layout_for(p, possible) == given) return {possible, {}};
    return {{}, "the weights are packed for another source type, zero point or instruction set"};
}

std::optional<plan> forced_plan(const problem &p, const machine &m) {
    const std::optional<tile_id> tile = environment().tile;
    if (!tile || !serves(*tile, p)) return {};
    return plan_with_tile(p, m, *tile);
}

// Whether the user agrees that sums are not exact.
bool allows_calibrated(const calibration_in_use &calibration, const_dnnl_primitive_attr_t attr) {
    return calibration.for_all || allows_relaxed_accumulation(attr);
}

decision choose(const convolution_request &request, const problem &p, const machine &m) {
    if (const std::optional<plan> forced = forced_plan(p, m)) return {forced, {}};
    // What is to be calibrated must be taken over, faster or not: in 8 bits it may be.
    if (is_observing()) return {fastest_plan(p, m), {}};
    const bool by_name = request.alg_kind == dnnl_convolution_winograd;
    // The units that AMX multiplies in leave nothing to measure.
    if (by_name || !m.amx_int8)
        if (std::optional<decision> tuned = tuned_choice(request, p, m)) return std::move(*tuned);
    return by_name ? decision {fastest_plan(p, m), {}} : choose_plan(p, m);
}

selection select(const convolution_request &request, const std::optional<weights_layout> &packed) {
    if (environment().mode == settings::winograd_mode::off) return refuse("WINODNN_MODE=off");
    const machine_report machine = describe_machine();
    if (!machine.usable) return refuse(machine.reason);
    translation translated = translate(request);
    if (!translated.served) return refuse(std::move(translated.reason));

    selection s;
    s.served = std::move(*translated.served);
    s.calibrated = current_calibration();
    if (packed) {
        s.decided = plan_for_packed(s.served, *machine.usable, *packed);
        if (s.decided.chosen && !packed->calibrated())
            if (const auto tuned = tuned_plan(request, s.served, *machine.usable, packed->tile))
                s.decided.chosen = tuned;
        return s;
    }
    if (s.calibrated != nullptr && allows_calibrated(*s.calibrated, request.attr))
        s.decided.chosen = choose_calibrated_plan(s.served, *machine.usable, s.calibrated->like(s.served),
                s.calibrated->target_snr, environment().tile);
    if (!s.decided.chosen) s.decided = choose(request, s.served, *machine.usable);
    return s;
}

dnnl_status_t leave_to_onednn(dnnl_primitive_desc_t *result, const convolution_request &request) {
    owned_primitive_desc desc;
    const dnnl_status_t status = create_real(desc, request);
    if (status == dnnl_success) *result = desc.release();
    return status;
}

// oneDNN has no Winograd on CPUs: its refusal says nothing against the arguments.
bool says_valid(dnnl_status_t status, dnnl_alg_kind_t alg_kind) {
    return status == dnnl_success || (status == dnnl_unimplemented && alg_kind == dnnl_convolution_winograd);
}

dnnl_status_t decline(dnnl_primitive_desc_t *result, const convolution_request &request, bool packed,
        const std::string &reason) {
    owned_primitive_desc checked;
    const dnnl_status_t status =
            packed ? create_direct_in_nhwc(checked, request) : leave_to_onednn(result, request);
    if (!says_valid(status, request.alg_kind)) return status;
    count_declined(reason);
    if (verbose_refusals()) print_decline(request, reason);
    return packed ? dnnl_unimplemented : status;
}

} // namespace

void print_decline(const convolution_request &request, const std::string &reason) {
    print_refusal("create:decline", "cpu,convolution," + to_string(request), reason);
}

void note_first_sight(dnnl_status_t status, dnnl_alg_kind_t alg_kind, const char *reason) {
    if (says_valid(status, alg_kind))
        count_declined(reason);
    else
        forget_decline_reason();
}

dnnl_status_t create_convolution(dnnl_primitive_desc_t *result, const convolution_request &request) {
    if (result == nullptr) return dnnl_invalid_arguments;
    forget_decline_reason();
    const std::optional<weights_layout> packed = packed_layout(request.weights);
    selection s = select(request, packed);
    if (!s.decided.chosen) return decline(result, request, packed.has_value(), s.decided.reason);

    owned_primitive_desc direct;
    if (const dnnl_status_t status = create_direct_in_nhwc(direct, request); status != dnnl_success)
        return packed ? status : leave_to_onednn(result, request);
    std::optional<eltwise_stages> stages = eltwise_stages::make(request.engine, s.served, *s.decided.chosen);
    if (!stages)
        return decline(result, request, packed.has_value(),
                "an eltwise post-op that oneDNN cannot compute between stages");
    if (verbose_refusals()) print_choices(request, s.served, *s.decided.chosen, s.calibrated.get());
    auto handle = std::make_unique<primitive_desc_handle>();
    handle->says = std::make_shared<const convolution_description>(request, std::move(s.served),
            *s.decided.chosen, s.calibrated.get(), std::move(direct), std::move(*stages));
    *result = to_c(handle.release());
    count_taken_over();
    return dnnl_success;
}

} // namespace winodnn
