#include "provider/creation/convolution_description.hpp"

#include "jit/base/cached_only.hpp"
#include "provider/execution/convolution_executable.hpp"
#include "provider/objects/status.hpp"
#include "provider/report/verbose.hpp"
#include "run/convolution.hpp"

#include <algorithm>

namespace winodnn {
namespace {

std::size_t largest_scratchpad(const problem &p, const std::vector<convolution_variant> &variants) {
    std::size_t bytes = 0;
    for (const convolution_variant &v : variants) bytes = std::max(bytes, scratchpad_bytes_for(p, v.plan));
    return bytes;
}

bool asks_for_user_scratchpad(const_dnnl_primitive_attr_t attr) {
    dnnl_scratchpad_mode_t mode = dnnl_scratchpad_mode_library;
    require(real().dnnl_primitive_attr_get_scratchpad_mode(attr, &mode));
    return mode == dnnl_scratchpad_mode_user;
}

} // namespace

convolution_description::convolution_description(const convolution_request &request, problem p, plan chosen,
        std::vector<convolution_variant> variants, owned_primitive_desc onednn_desc, eltwise_stages stages)
    : problem_(std::move(p)), plan_(chosen), variants_(std::move(variants)), name_(name_of(chosen)),
      scratchpad_bytes_(largest_scratchpad(problem_, variants_)), onednn_desc_(std::move(onednn_desc)),
      stages_(std::move(stages)), attr_(copy_of(request.attr)),
      attributes_(*attribute_settings_of(attr_.get())), request_(request, attr_.get()),
      weights_(make_packed_desc(layout_for(problem_, plan_))) {
    user_scratchpad_ = asks_for_user_scratchpad(attr_.get());
    scratchpad_ = make_bytes_desc(user_scratchpad_ ? scratchpad_bytes_ : 0);
    if (verbose_events()) info_ = describe(plan_, {});
}

dnnl_status_t convolution_description::query(dnnl_query_t what, int index, void *result) const {
    if (result == nullptr) return dnnl_invalid_arguments;
    const auto answer = [&](auto value) {
        *static_cast<decltype(value) *>(result) = value;
        return dnnl_success;
    };
    switch (what) {
        case dnnl_query_alg_kind:
            return answer(by_name() ? dnnl_convolution_winograd : dnnl_convolution_direct);
        case dnnl_query_impl_info_str: return answer(name_);
        case dnnl_query_memory_consumption_s64:
            return answer(dnnl_dim_t(user_scratchpad_ ? 0 : scratchpad_bytes_));
        case dnnl_query_weights_md:
            if (index == 0) return answer(const_dnnl_memory_desc_t(weights_.get()));
            break;
        case dnnl_query_scratchpad_md:
            if (index == 0) return answer(const_dnnl_memory_desc_t(scratchpad_.get()));
            break;
        case dnnl_query_exec_arg_md:
            if (index == DNNL_ARG_WEIGHTS) return answer(const_dnnl_memory_desc_t(weights_.get()));
            if (index == DNNL_ARG_SCRATCHPAD) return answer(const_dnnl_memory_desc_t(scratchpad_.get()));
            break;
        default: break;
    }
    return real().dnnl_primitive_desc_query(onednn_desc_.get(), what, index, result);
}

std::unique_ptr<const executable> convolution_description::make_executable() const {
    return std::make_unique<convolution_executable>(*this);
}

bool convolution_description::is_cached() const {
    const jit::cached_only probing;
    try {
        make_executable();
        return true;
    } catch (const jit::not_cached &) {
        return false;
    }
}

owned_primitive_desc convolution_description::make_next() const {
    convolution_request direct = request_.get();
    direct.alg_kind = dnnl_convolution_direct;
    owned_primitive_desc next;
    // It cannot read packed weights; and it must not take them for plain ones.
    if (!is_packed(direct.weights)) create_real(next, direct);
    return next;
}

bool convolution_description::by_name() const {
    return request_.get().alg_kind == dnnl_convolution_winograd;
}

std::string convolution_description::describe_execution(const plan &chosen) const {
    // Which of them it will be is the weights' to say.
    return describe(
            chosen, plan_.calibrated || plan_.source_bits < 8 ? " numbers:" + name_of(chosen.numbers) : "");
}

std::string convolution_description::describe(const plan &chosen, const std::string &numbers) const {
    const convolution_request &request = request_.get();
    const auto desc = [&](dnnl_query_t what, int index) {
        return real().dnnl_primitive_desc_query_md(onednn_desc_.get(), what, index);
    };
    return std::string("cpu,convolution,") + name_ + ",forward_inference,src_"
           + to_string(desc(dnnl_query_src_md, 0), view_of(request.src).any()) + " wei_"
           + to_string(weights_.get(), view_of(request.weights).any()) + " bia_"
           + to_string(desc(dnnl_query_weights_md, 1), view_of(request.bias).any()) + " dst_"
           + to_string(desc(dnnl_query_dst_md, 0), view_of(request.dst).any()) + ","
           + to_string(attributes_, problem_.post_ops, user_scratchpad_)
           + ",alg:" + (by_name() ? "convolution_winograd" : "convolution_direct")
           + " workspace:" + std::to_string(workspace_bytes_for(problem_, chosen) / 1024) + "KiB" + numbers
           + "," + to_string(problem_);
}

} // namespace winodnn
