// The exported attribute functions that came after v3.0: forwarded, and watched. The program may be newer
// than the oneDNN that we are built with, so they are declared here, as v3.13 has them. Only oneDNN's types
// may be included: where its headers declare the functions, their enums would clash with our ints.
#include "provider/attributes/noted.hpp"
#include "provider/exported/exported.hpp"
#include "provider/onednn/find_real.hpp"
#include "provider/onednn/newer_functions.hpp"

using namespace winodnn;

namespace {

using attr_t = dnnl_primitive_attr_t;
using dims_t = const dnnl_dim_t *;

constexpr int static_quantization = 1;  // dnnl_quantization_mode_static_sazp
constexpr int environment_rounding = 0; // dnnl_rounding_mode_environment

dnnl_status_t noted_scales(
        dnnl_status_t status, attr_t attr, int arg, quantization_entry entry, bool readable) {
    const bool real_number = entry.type == dnnl_f32 || entry.type == dnnl_bf16 || entry.type == dnnl_f16;
    return noted(status, attr, [&] {
        note_scales(attr, arg, entry);
        if (!readable || !real_number)
            note_unreadable(attr, "scales in groups, of another type than f32, bf16 and f16, or on the host");
    });
}

dnnl_status_t noted_zero_points(
        dnnl_status_t status, attr_t attr, int arg, quantization_entry entry, bool readable) {
    const bool whole_number = entry.type == dnnl_s32 || entry.type == dnnl_s8 || entry.type == dnnl_u8;
    return noted(status, attr, [&] {
        note_zero_points(attr, arg, entry);
        if (!readable || !whole_number)
            note_unreadable(
                    attr, "zero points in groups, of another type than s32, s8 and u8, or on the host");
    });
}

dnnl_status_t noted_unreadable(dnnl_status_t status, attr_t attr, const char *setting) {
    return noted(status, attr, [&] { note_unreadable(attr, setting); });
}

} // namespace

extern "C" {
dnnl_status_t dnnl_primitive_attr_set_scales(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type);
dnnl_status_t dnnl_primitive_attr_set_scales_v2(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type, int is_on_host);
dnnl_status_t dnnl_primitive_attr_set_scales_v3(attr_t attr, int arg, int mask, int ndims, dims_t group_dims,
        dnnl_data_type_t type, int is_on_host, int quantization_mode);
dnnl_status_t dnnl_primitive_attr_set_zero_points(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type);
dnnl_status_t dnnl_primitive_attr_set_zero_points_v2(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type, int is_on_host);
dnnl_status_t dnnl_primitive_attr_set_precomputed_reductions(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type);
dnnl_status_t dnnl_primitive_attr_set_dropout(attr_t attr, const_dnnl_memory_desc_t mask_desc);
dnnl_status_t dnnl_primitive_attr_set_dropout_v2(attr_t attr, const_dnnl_memory_desc_t mask_desc,
        dnnl_data_type_t seed_type, int use_offset, int use_host_scalars);
dnnl_status_t dnnl_primitive_attr_set_rounding(attr_t attr, int arg, int mode);
}

#define WINODNN_REAL(name) reinterpret_cast<decltype(&name)>(WINODNN_FIND_NEWER(name))

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_scales(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_scales);
    return noted_scales(
            forward(function, attr, arg, mask, ndims, group_dims, type), attr, arg, {mask, type}, ndims == 0);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_scales_v2(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type, int is_on_host) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_scales_v2);
    return noted_scales(forward(function, attr, arg, mask, ndims, group_dims, type, is_on_host), attr, arg,
            {mask, type}, ndims == 0 && is_on_host == 0);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_scales_v3(attr_t attr, int arg, int mask, int ndims,
        dims_t group_dims, dnnl_data_type_t type, int is_on_host, int quantization_mode) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_scales_v3);
    return noted_scales(
            forward(function, attr, arg, mask, ndims, group_dims, type, is_on_host, quantization_mode), attr,
            arg, {mask, type}, ndims == 0 && is_on_host == 0 && quantization_mode == static_quantization);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_zero_points(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_zero_points);
    return noted_zero_points(
            forward(function, attr, arg, mask, ndims, group_dims, type), attr, arg, {mask, type}, ndims == 0);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_zero_points_v2(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type, int is_on_host) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_zero_points_v2);
    return noted_zero_points(forward(function, attr, arg, mask, ndims, group_dims, type, is_on_host), attr,
            arg, {mask, type}, ndims == 0 && is_on_host == 0);
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_precomputed_reductions(
        attr_t attr, int arg, int mask, int ndims, dims_t group_dims, dnnl_data_type_t type) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_precomputed_reductions);
    return noted_unreadable(
            forward(function, attr, arg, mask, ndims, group_dims, type), attr, "precomputed reductions");
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_dropout(
        attr_t attr, const_dnnl_memory_desc_t mask_desc) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_dropout);
    return noted_unreadable(forward(function, attr, mask_desc), attr, "dropout");
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_dropout_v2(attr_t attr,
        const_dnnl_memory_desc_t mask_desc, dnnl_data_type_t seed_type, int use_offset,
        int use_host_scalars) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_dropout_v2);
    return noted_unreadable(
            forward(function, attr, mask_desc, seed_type, use_offset, use_host_scalars), attr, "dropout");
}

WINODNN_EXPORT dnnl_status_t dnnl_primitive_attr_set_rounding(attr_t attr, int arg, int mode) {
    const auto function = WINODNN_REAL(dnnl_primitive_attr_set_rounding);
    const dnnl_status_t status = forward(function, attr, arg, mode);
    return mode == environment_rounding ? status : noted_unreadable(status, attr, "stochastic rounding");
}
