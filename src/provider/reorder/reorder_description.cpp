#include "provider/reorder/reorder_description.hpp"

#include "provider/exported/cache_functions.hpp"
#include "provider/objects/status.hpp"
#include "provider/reorder/reorder_executable.hpp"
#include "provider/report/verbose.hpp"

namespace winodnn {
namespace {

// A sum would have to read what the packed weights were before.
void refuse_post_ops(const_dnnl_primitive_attr_t attr) {
    const_dnnl_post_ops_t list = nullptr;
    require(real().dnnl_primitive_attr_get_post_ops(attr, &list));
    if (real().dnnl_post_ops_len(list) == 0) return;
    if (verbose_refusals())
        print_refusal("create:refuse", "dnnl_reorder_primitive_desc_create",
                "packed weights cannot be reordered with post-ops");
    throw failure {dnnl_unimplemented};
}

} // namespace

reorder_description::reorder_description(const_dnnl_memory_desc_t src, dnnl_engine_t src_engine,
        const_dnnl_memory_desc_t dst, dnnl_engine_t dst_engine, const_dnnl_primitive_attr_t attr)
    : engine_(src_engine), packed_src_(packed_layout(src)), packed_dst_(packed_layout(dst)),
      src_(copy_desc(src)), dst_(copy_desc(dst)), attr_(copy_of(attr)) {
    refuse_post_ops(attr_.get());
    if (packed_src_) plain_src_ = make_plain_weights_desc(*packed_src_);
    if (packed_dst_) plain_dst_ = make_plain_weights_desc(*packed_dst_);
    const const_dnnl_memory_desc_t from = packed_src_ ? plain_src_.get() : src;
    dnnl_primitive_desc_t desc = nullptr;
    require(real().dnnl_reorder_primitive_desc_create(
            &desc, from, src_engine, packed_dst_ ? plain_dst_.get() : dst, dst_engine, attr_.get()));
    between_plain_.reset(desc);
    if (packed_dst_ && packed_dst_->calibrated()) {
        calibrated_ = current_calibration();
        unrounded_ = make_plain_weights_desc(*packed_dst_, dnnl_f32);
        require(real().dnnl_reorder_primitive_desc_create(
                &desc, from, src_engine, unrounded_.get(), dst_engine, attr_.get()));
        to_unrounded_.reset(desc);
    }
    if (verbose_events()) info_ = describe();
}

dnnl_status_t reorder_description::query(dnnl_query_t what, int index, void *result) const {
    if (result == nullptr) return dnnl_invalid_arguments;
    const auto answer = [&](auto value) {
        *static_cast<decltype(value) *>(result) = value;
        return dnnl_success;
    };
    const const_dnnl_memory_desc_t src = src_.get(), dst = dst_.get();
    switch (what) {
        case dnnl_query_impl_info_str: return answer(name());
        case dnnl_query_src_md:
            if (index == 0) return answer(src);
            break;
        case dnnl_query_dst_md:
            if (index == 0) return answer(dst);
            break;
        case dnnl_query_exec_arg_md:
            if (index == DNNL_ARG_FROM) return answer(src);
            if (index == DNNL_ARG_TO) return answer(dst);
            break;
        default: break;
    }
    return real().dnnl_primitive_desc_query(between_plain_.get(), what, index, result);
}

std::unique_ptr<const executable> reorder_description::make_executable() const {
    return std::make_unique<reorder_executable>(*this);
}

// All code that there is belongs to oneDNN's reorder between plain tensors.
bool reorder_description::is_cached() const {
    return is_in_onednns_cache(between_plain_.get());
}

std::string reorder_description::describe(const std::string &numbers) const {
    const desc_view view = view_of(src_.get());
    std::string dims;
    for (int d = 0; d < view.ndims; ++d)
        dims += (d == 0 ? "" : "x") + std::to_string(view.dims[std::size_t(d)]);
    const std::optional<attribute_settings> attributes = attribute_settings_of(attr_.get());
    return "cpu,reorder," + std::string(name()) + ",undef,src_" + to_string(src_.get(), false) + " dst_"
           + to_string(dst_.get(), false) + "," + (attributes ? to_string(*attributes, {}, false) : "") + ","
           + numbers + "," + dims;
}

} // namespace winodnn
