#include "provider/create_convolution.hpp"

#include "dispatch/dispatch.hpp"
#include "environment/environment.hpp"
#include "provider/convolution_description.hpp"
#include "provider/handle.hpp"
#include "provider/machine.hpp"
#include "provider/statistics.hpp"
#include "provider/status.hpp"
#include "provider/verbose.hpp"

namespace winodnn {
namespace {

struct selection {
    problem served;
    decision decided;
};

selection refuse(std::string reason) {
    return {{}, {{}, std::move(reason)}};
}

// Weights that are already packed leave the tile no choice. What else their layout depends on has to fit.
decision plan_for_packed(const problem &p, const machine &m, const weights_layout &given) {
    const plan possible = plan_with_tile(p, m, given.tile);
    if (layout_for(p, possible) == given) return {possible, {}};
    return {{}, "the weights are packed for another source type, zero point or instruction set"};
}

selection select(const convolution_request &request, const std::optional<weights_layout> &packed) {
    if (environment().mode == settings::winograd_mode::off) return refuse("WINODNN_MODE=off");
    const machine_report machine = describe_machine();
    if (!machine.usable) return refuse(machine.reason);
    translation translated = translate(request);
    if (!translated.served) return refuse(std::move(translated.reason));

    selection s {std::move(*translated.served), {}};
    if (packed)
        s.decided = plan_for_packed(s.served, *machine.usable, *packed);
    else if (request.alg_kind == dnnl_convolution_winograd)
        s.decided.chosen = fastest_plan(s.served, *machine.usable);
    else
        s.decided = choose_plan(s.served, *machine.usable);
    return s;
}

// oneDNN's direct convolution with the formats that ours has.
owned_primitive_desc direct_in_nhwc(const convolution_request &direct, const owned_primitive_desc &as_asked) {
    const desc_view src = view_of(direct.src), dst = view_of(direct.dst);
    owned_primitive_desc result;
    if (!src.any() && !dst.any()) {
        dnnl_primitive_desc_t copy = nullptr;
        require(real().dnnl_primitive_desc_clone(&copy, as_asked.get()));
        result.reset(copy);
        return result;
    }
    const owned_memory_desc nhwc_src = make_nhwc_desc(src), nhwc_dst = make_nhwc_desc(dst);
    convolution_request nhwc = direct;
    if (src.any()) nhwc.src = nhwc_src.get();
    if (dst.any()) nhwc.dst = nhwc_dst.get();
    require(create_real(result, nhwc));
    return result;
}

dnnl_status_t give(dnnl_primitive_desc_t *result, owned_primitive_desc desc) {
    *result = desc.release();
    return dnnl_success;
}

} // namespace

dnnl_status_t create_convolution(dnnl_primitive_desc_t *result, const convolution_request &request) {
    if (result == nullptr) return dnnl_invalid_arguments;
    forget_decline_reason();

    // oneDNN checks the arguments, with plain weights in place of packed ones, which it must never take for
    // plain, and with the algorithm that it does have.
    const std::optional<weights_layout> packed = packed_layout(request.weights);
    convolution_request direct = request;
    owned_memory_desc any_weights;
    if (packed) {
        any_weights = make_any_desc(view_of(request.weights));
        direct.weights = any_weights.get();
    }
    const bool by_name = request.alg_kind == dnnl_convolution_winograd;
    if (by_name) direct.alg_kind = dnnl_convolution_direct;

    const auto leave_to_onednn = [&] {
        owned_primitive_desc desc;
        const dnnl_status_t status = create_real(desc, request);
        return status == dnnl_success ? give(result, std::move(desc)) : status;
    };
    owned_primitive_desc as_asked;
    if (const dnnl_status_t status = create_real(as_asked, direct); status != dnnl_success)
        return by_name && !packed ? leave_to_onednn() : status;

    selection s = select(request, packed);
    if (!s.decided.chosen) {
        count_declined(s.decided.reason);
        if (verbose_refusals())
            print_refusal("create:decline", "cpu,convolution," + to_string(request), s.decided.reason);
        if (packed) return dnnl_unimplemented;
        return by_name ? leave_to_onednn() : give(result, std::move(as_asked));
    }

    auto handle = std::make_unique<primitive_desc_handle>();
    handle->says = std::make_shared<const convolution_description>(
            request, std::move(s.served), *s.decided.chosen, direct_in_nhwc(direct, as_asked));
    // With packed weights oneDNN has no next implementation: it cannot read them.
    if (!packed) handle->next = std::move(as_asked);
    *result = to_c(handle.release());
    count_taken_over();
    return dnnl_success;
}

} // namespace winodnn
