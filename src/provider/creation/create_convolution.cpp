#include "provider/creation/create_convolution.hpp"

#include "dispatch/calibrated_choice.hpp"
#include "environment/environment.hpp"
#include "provider/attributes/attribute_probe.hpp"
#include "provider/attributes/attributes.hpp"
#include "provider/attributes/translate_attributes.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/creation/convolution_description.hpp"
#include "provider/creation/machine.hpp"
#include "provider/creation/skipped_layers.hpp"
#include "provider/creation/tuned_choice.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/status.hpp"
#include "provider/reorder/packing_record.hpp"
#include "provider/report/choice_report.hpp"
#include "provider/report/statistics.hpp"
#include "provider/report/verbose.hpp"

#include <string_view>

namespace winodnn {
namespace {

struct selection {
    winodnn::problem problem;
    winodnn::plan plan;
    std::shared_ptr<const calibration_in_use> calibrated; // of plans for calibrated weights
};

// Weights that are already packed leave the tile no choice. What else their layout depends on has to fit.
expected<plan> plan_for_packed(const convolution_request &request, const problem &p, const machine &m,
        const weights_layout &packed) {
    const auto foreign = [](const auto &text) { return refuse(refusal_reason::foreign_weights, text); };
    if (!serves(packed.tile, p)) return foreign("the weights are packed for another kernel or source");
    plan possible = plan_with_tile(p, m, packed.tile, packed.calibrated());
    if (packed.promised()) {
        problem smallest = p; // the block itself says how many components its weights leave in 8 bits
        smallest.weights_bits = 1;
        const std::optional<plan> promised = promised_plan_with_tile(smallest, m, packed.tile);
        if (!promised) return foreign("the weights are packed for a source of fewer bits");
        possible = *promised;
    }
    if (layout_for(p, possible) != packed)
        return foreign("the weights are packed for another source type, zero point or instruction set");
    if (!packed.calibrated())
        if (const auto tuned = tuned_plan(request, p, m, packed)) return *tuned;
    return possible;
}

std::optional<plan> forced_plan(const problem &p, const machine &m) {
    const std::optional<tile_id> tile = environment().tile;
    if (!tile || !serves(*tile, p) || !is_within_growth(*tile, p, m)) return {};
    if (const std::optional<plan> promised = promised_plan_with_tile(p, m, *tile)) return promised;
    return plan_with_tile(p, m, *tile);
}

// Whether the user agrees that sums are not exact.
bool allows_calibrated(const calibration_in_use &calibration, const_dnnl_primitive_attr_t attr) {
    return calibration.for_all || allows_relaxed_accumulation(attr);
}

expected<plan> choose_exact(const convolution_request &request, const problem &p, const machine &m) {
    if (const std::optional<plan> forced = forced_plan(p, m)) return *forced;
    // What is to be calibrated must be taken over, faster or not: in 8 bits it may be.
    if (is_observing()) return fastest_plan(p, m);
    const bool by_name = request.alg_kind == dnnl_convolution_winograd;
    // The units that AMX multiplies in leave nothing to measure.
    std::optional<expected<plan>> tuned;
    if (by_name || !m.amx_int8) tuned = tuned_choice(request, p, m);
    if (by_name) return tuned ? std::move(*tuned) : fastest_plan(p, m);
    expected<plan> chosen = tuned ? std::move(*tuned) : choose_plan(p, m);
    if (chosen && is_packed_too_often(layout_for(p, *chosen)))
        return refuse(refusal_reason::slower,
                "such weights are packed again and again, which takes longer than Winograd saves");
    return chosen;
}

expected<plan> choose(const convolution_request &request, const problem &p, const machine &m,
        const calibration_in_use *calibrated) {
    if (calibrated != nullptr && allows_calibrated(*calibrated, request.attr))
        if (const std::optional<plan> chosen = choose_calibrated_plan(
                    p, m, calibrated->layers_like(p), calibrated->target_snr, environment().tile))
            return *chosen;
    return choose_exact(request, p, m);
}

expected<selection> select(const convolution_request &request, const std::optional<weights_layout> &packed) {
    if (environment().mode == settings::winograd_mode::off)
        return refuse(refusal_reason::setting, "WINODNN_MODE=off");
    const expected<machine> m = describe_machine();
    if (!m) return tl::unexpected(m.error());
    expected<problem> served = translate(request);
    if (!served) return tl::unexpected(std::move(served.error()));

    const std::shared_ptr<const calibration_in_use> calibrated = current_calibration();
    const auto with = [&](const plan &chosen) { return selection {std::move(*served), chosen, calibrated}; };
    if (packed) return plan_for_packed(request, *served, *m, *packed).map(with);
    return check_skipped(*served)
            .and_then([&] { return choose(request, *served, *m, calibrated.get()); })
            .map(with);
}

// Of attributes that settings were seen of this cannot be asked; what is wrong there shows when an execution
// has arguments for them.
bool were_set_past_us(const convolution_request &request) {
    const std::optional<attribute_settings> attributes = attribute_settings_of(request.attr);
    return attributes && attributes->scales.empty() && attributes->zero_points.empty()
           && !may_be_default(request.engine, request.attr);
}

// Since v3.10 most of oneDNN's int8 convolutions multiply by the scales one after the other; those that are
// written for AVX2 without VNNI by their product, as all did before.
bool scales_in_turn(const_dnnl_primitive_desc_t direct) {
    const dnnl_version_t *version = real().dnnl_version();
    if (version->major == 3 && version->minor < 10) return false;
    const char *name = "";
    require(real().dnnl_primitive_desc_query(direct, dnnl_query_impl_info_str, 0, &name));
    const std::string_view implementation(name);
    return implementation.starts_with("brg") || implementation.starts_with("jit_int8:avx512");
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

dnnl_status_t decline(dnnl_primitive_desc_t *result, const convolution_request &request, const refusal &why) {
    const dnnl_status_t status = leave_to_onednn(result, request);
    if (!says_valid(status, request.alg_kind)) return status;
    count_declined(why);
    if (verbose_refusals()) print_decline(request, why);
    return status;
}

// oneDNN would take the packed block for values, so it is only asked whether it finds the arguments invalid.
dnnl_status_t refuse_packed(const convolution_request &request, const refusal &why) {
    owned_primitive_desc checked;
    const dnnl_status_t status = create_direct_in_nhwc(checked, request);
    if (status != dnnl_success && status != dnnl_unimplemented) return status;
    count_declined(why);
    if (verbose_refusals()) print_decline(request, why);
    return dnnl_unimplemented;
}

} // namespace

void print_decline(const convolution_request &request, const refusal &why) {
    if_there_is_memory(
            [&] { print_refusal("create:decline", "cpu,convolution," + to_string(request), why.text()); });
}

bool note_first_sight(dnnl_status_t status, dnnl_alg_kind_t alg_kind, const refusal &why) {
    const bool declined = says_valid(status, alg_kind);
    if (declined)
        count_declined(why);
    else
        forget_decline_reason();
    return declined;
}

dnnl_status_t create_convolution(dnnl_primitive_desc_t *result, const convolution_request &request) {
    if (result == nullptr) return dnnl_invalid_arguments;
    forget_decline_reason();
    if (is_packed(request.src) || is_packed(request.dst) || is_packed(request.bias))
        return refuse_packed(request,
                {refusal_reason::foreign_weights, "packed weights in another place than that of weights"});
    const std::optional<weights_layout> packed = packed_layout(request.weights);
    const auto give_up = [&](const refusal &why) {
        return packed ? refuse_packed(request, why) : decline(result, request, why);
    };
    expected<selection> s = select(request, packed);
    if (!s) return give_up(s.error());

    owned_primitive_desc direct;
    if (create_direct_in_nhwc(direct, request) != dnnl_success)
        return give_up({refusal_reason::onednn, "oneDNN has no direct convolution of it in nhwc"});
    s->problem.scales_in_turn = s->problem.src_scale
                                && s->problem.weights_scale != problem::weights_scale_kind::none
                                && scales_in_turn(direct.get());
    if (were_set_past_us(request))
        return give_up({refusal_reason::unserved, "attributes that were set past winodnn"});
    std::vector<convolution_variant> variants = variants_of(s->problem, s->plan, s->calibrated.get());
    std::vector<plan> plans;
    for (const convolution_variant &v : variants) plans.push_back(v.plan);
    expected<eltwise_stages> stages = eltwise_stages::make(request.engine, s->problem, plans);
    if (!stages) return give_up(stages.error());
    if (verbose_refusals()) print_choices(request, s->problem, variants, s->calibrated.get());
    auto handle = std::make_unique<primitive_desc_handle>();
    handle->description = std::make_shared<const convolution_description>(request, std::move(s->problem),
            s->plan, std::move(variants), std::move(direct), std::move(*stages));
    *result = to_c(handle.release());
    count_taken_over();
    return dnnl_success;
}

} // namespace winodnn
