// The exported attribute functions that oneDNN v3.0 has: forwarded, and watched.
#include "provider/attributes.hpp"
#include "provider/exported.hpp"
#include "provider/real.hpp"
#include "provider/status.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_create, attr);
    if (status != dnnl_success) return status;
    return guarded([&] {
        note_created(*attr);
        return dnnl_success;
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_clone(
        dnnl_primitive_attr_t *attr, const_dnnl_primitive_attr_t existing_attr) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_clone, attr, existing_attr);
    if (status != dnnl_success) return status;
    return guarded([&] {
        note_cloned(*attr, existing_attr);
        return dnnl_success;
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_destroy(dnnl_primitive_attr_t attr) {
    // Before it is destroyed: another thread may be given the address at once.
    note_destroyed(attr);
    return forward(real().dnnl_primitive_attr_destroy, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_scales_mask(
        dnnl_primitive_attr_t attr, int arg, int mask) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_set_scales_mask, attr, arg, mask);
    if (status != dnnl_success) return status;
    return guarded([&] {
        note_scales(attr, arg, {mask, dnnl_f32});
        return dnnl_success;
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_zero_points_mask(
        dnnl_primitive_attr_t attr, int arg, int mask) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_set_zero_points_mask, attr, arg, mask);
    if (status != dnnl_success) return status;
    return guarded([&] {
        note_zero_points(attr, arg, {mask, dnnl_s32});
        return dnnl_success;
    });
}
