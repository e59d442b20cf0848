// The exported attribute functions that oneDNN v3.0 has: forwarded, and watched.
#include "provider/attributes/noted.hpp"
#include "provider/exported/exported.hpp"
#include "provider/onednn/real.hpp"

using namespace winodnn;

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_create, attr);
    return noted(status, status == dnnl_success ? *attr : nullptr, [&] { note_created(*attr); });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_clone(
        dnnl_primitive_attr_t *attr, const_dnnl_primitive_attr_t existing_attr) {
    const dnnl_status_t status = forward(real().dnnl_primitive_attr_clone, attr, existing_attr);
    return noted(
            status, status == dnnl_success ? *attr : nullptr, [&] { note_cloned(*attr, existing_attr); });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_destroy(dnnl_primitive_attr_t attr) {
    // Before it is destroyed: another thread may be given the address at once.
    note_destroyed(attr);
    return forward(real().dnnl_primitive_attr_destroy, attr);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_scales_mask(
        dnnl_primitive_attr_t attr, int arg, int mask) {
    return noted(forward(real().dnnl_primitive_attr_set_scales_mask, attr, arg, mask), attr, [&] {
        note_scales(attr, arg, {mask, dnnl_f32});
    });
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_zero_points_mask(
        dnnl_primitive_attr_t attr, int arg, int mask) {
    return noted(forward(real().dnnl_primitive_attr_set_zero_points_mask, attr, arg, mask), attr, [&] {
        note_zero_points(attr, arg, {mask, dnnl_s32});
    });
}
