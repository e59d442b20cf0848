// A reorder into, out of or between packed weights. What happens to the values, scales and rounding included,
// is oneDNN's own reorder between plain tensors; packing comes after it, unpacking before.
#pragma once

#include "provider/attributes/attributes.hpp"
#include "provider/attributes/watched_attr.hpp"
#include "provider/calibration/calibrating.hpp"
#include "provider/objects/handle.hpp"
#include "provider/objects/memory_desc.hpp"

#include <optional>
#include <string>

namespace winodnn {

class reorder_description final : public description {
public:
    // At least one desc is packed, and both are of CPU engines. Throws failure.
    reorder_description(const_dnnl_memory_desc_t src, dnnl_engine_t src_engine, const_dnnl_memory_desc_t dst,
            dnnl_engine_t dst_engine, const_dnnl_primitive_attr_t attr);

    dnnl_status_t query(dnnl_query_t what, int index, void *result) const override;
    const_dnnl_primitive_attr_t attr() const override { return attr_.get(); }
    std::unique_ptr<const executable> make_executable() const override;
    bool is_cached() const override;
    const_dnnl_primitive_desc_t onednn_desc() const override { return between_plain_.get(); }
    owned_primitive_desc make_next() const override { return nullptr; }
    const std::string &info() const override { return info_; }

    dnnl_engine_t engine() const { return engine_; }
    const std::optional<weights_layout> &packed_src() const { return packed_src_; }
    const std::optional<weights_layout> &packed_dst() const { return packed_dst_; }
    const_dnnl_memory_desc_t src_desc() const { return src_.get(); }
    const_dnnl_memory_desc_t dst_desc() const { return dst_.get(); }
    // What a packed side is to oneDNN's reorder: s8, dense.
    const_dnnl_memory_desc_t plain_src_desc() const { return plain_src_.get(); }
    const_dnnl_memory_desc_t plain_dst_desc() const { return plain_dst_.get(); }
    // Where weights may be quantized: the same in f32, not rounded, and what is known of them.
    const_dnnl_memory_desc_t unrounded_desc() const { return unrounded_.get(); }
    const_dnnl_primitive_desc_t to_unrounded() const { return to_unrounded_.get(); }
    const calibration_in_use *calibrated() const { return calibrated_.get(); }
    // For verbose output: the same with the numbers that the weights got.
    std::string describe(const std::string &numbers = {}) const;

private:
    const char *name() const { return packed_dst_ ? "wino:pack" : "wino:unpack"; }

    dnnl_engine_t engine_;
    std::optional<weights_layout> packed_src_, packed_dst_;
    owned_memory_desc src_, dst_, plain_src_, plain_dst_;
    owned_memory_desc unrounded_;
    owned_primitive_desc to_unrounded_;
    std::shared_ptr<const calibration_in_use> calibrated_;
    owned_primitive_desc between_plain_; // the same reorder with plain weights in place of packed ones
    watched_attr attr_;
    std::string info_;
};

} // namespace winodnn
