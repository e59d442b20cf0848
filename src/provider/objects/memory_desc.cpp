#include "provider/objects/memory_desc.hpp"

#include "problem/limits.hpp"
#include "provider/objects/status.hpp"

#include <algorithm>

namespace winodnn {
namespace {

template <typename T>
T query(const_dnnl_memory_desc_t desc, dnnl_query_t what, T otherwise) {
    T result = otherwise;
    if (forward(real().dnnl_memory_desc_query, desc, what, &result) != dnnl_success) return otherwise;
    return result;
}

const dim *query_dims(const_dnnl_memory_desc_t desc, dnnl_query_t what) {
    return query<const dim *>(desc, what, nullptr);
}

owned_memory_desc make_by_tag(int ndims, const dim *dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t desc = nullptr;
    require(real().dnnl_memory_desc_create_with_tag(&desc, ndims, dims, type, tag));
    return owned_memory_desc(desc);
}

const char *type_name(dnnl_data_type_t type) {
    switch (type) {
        case dnnl_u8: return "u8";
        case dnnl_s8: return "s8";
        case dnnl_s32: return "s32";
        case dnnl_f32: return "f32";
        case dnnl_bf16: return "bf16";
        case dnnl_f16: return "f16";
        default: return "other";
    }
}

// acdb for nhwc: the dimensions by falling stride, and by name where strides are equal.
std::string tag_of(const desc_view &v) {
    std::string tag = std::string("abcdefghijkl").substr(0, std::size_t(v.ndims));
    std::ranges::stable_sort(tag, [&](char x, char y) {
        return v.strides[std::size_t(x - 'a')] > v.strides[std::size_t(y - 'a')];
    });
    return tag;
}

} // namespace

desc_view view_of(const_dnnl_memory_desc_t desc) {
    desc_view v;
    if (desc == nullptr) return v;
    v.ndims = query<int>(desc, dnnl_query_ndims_s32, 0);
    v.type = query(desc, dnnl_query_data_type, dnnl_data_type_undef);
    v.kind = query(desc, dnnl_query_format_kind, dnnl_format_kind_undef);
    const dim *dims = query_dims(desc, dnnl_query_dims);
    if (dims == nullptr || v.ndims < 1 || v.ndims > DNNL_MAX_NDIMS) {
        v.ndims = 0;
        return v;
    }
    std::copy_n(dims, v.ndims, v.dims.begin());
    const dim *strides = query_dims(desc, dnnl_query_strides);
    const dim *padded = query_dims(desc, dnnl_query_padded_dims);
    if (v.kind != dnnl_blocked || strides == nullptr || padded == nullptr) return v;
    std::copy_n(strides, v.ndims, v.strides.begin());
    v.strided =
            query<int>(desc, dnnl_query_inner_nblks_s32, 1) == 0 && std::equal(dims, dims + v.ndims, padded);
    v.offset = query<dim>(desc, dnnl_query_submemory_offset_s64, 0);
    return v;
}

bool desc_view::has_runtime_values() const {
    const auto is_runtime = [](dim d) { return d == DNNL_RUNTIME_DIM_VAL; };
    return std::any_of(dims.begin(), dims.begin() + ndims, is_runtime)
           || std::any_of(strides.begin(), strides.begin() + ndims, is_runtime);
}

std::optional<nhwc_strides> desc_view::as_nhwc() const {
    if (ndims != 4 || !strided) return {};
    std::array<dim, 4> nested {};
    dim least = 1; // the extent of what lies inside the dimension
    for (const std::size_t d : {1, 3, 2, 0}) {
        nested[d] = dims[d] == 1 ? least : strides[d];
        if (nested[d] < least) return {};
        // Sizes that memory does not have are the caller's mistake, not ours.
        dim span = 0;
        if (__builtin_mul_overflow(dims[d] - 1, nested[d], &span)
                || __builtin_add_overflow(least, span, &least) || least >= most_elements)
            return {};
    }
    if (nested[1] != 1) return {};
    return nhwc_strides {nested[0], nested[2], nested[3]};
}

std::optional<weights_layout> packed_layout(const_dnnl_memory_desc_t desc) {
    const desc_view v = view_of(desc);
    if (v.type != dnnl_s8 || !v.dense()) return {};
    const auto rank = static_cast<std::size_t>(v.ndims);
    return layout_of({v.dims.data(), rank}, {v.strides.data(), rank});
}

owned_memory_desc copy_desc(const_dnnl_memory_desc_t desc) {
    dnnl_memory_desc_t copy = nullptr;
    if (desc != nullptr) require(real().dnnl_memory_desc_clone(&copy, desc));
    return owned_memory_desc(copy);
}

owned_memory_desc make_packed_desc(const weights_layout &layout) {
    const std::vector<dim> dims = dims_of(layout);
    dnnl_memory_desc_t desc = nullptr;
    require(real().dnnl_memory_desc_create_with_strides(
            &desc, int(dims.size()), dims.data(), dnnl_s8, strides_of(layout).data()));
    return owned_memory_desc(desc);
}

owned_memory_desc make_plain_weights_desc(const weights_layout &layout, dnnl_data_type_t type) {
    const std::vector<dim> dims = dims_of(layout);
    return make_by_tag(int(dims.size()), dims.data(), type, dims.size() == 5 ? dnnl_abcde : dnnl_abcd);
}

owned_memory_desc make_bytes_desc(std::size_t bytes) {
    const dim dims[] = {dim(bytes)};
    return make_by_tag(bytes == 0 ? 0 : 1, dims, dnnl_u8, dnnl_a);
}

owned_memory_desc make_nhwc_desc(const desc_view &like) {
    return make_by_tag(4, like.dims.data(), like.type, dnnl_acdb);
}

owned_memory_desc make_any_desc(const desc_view &like) {
    return make_by_tag(like.ndims, like.dims.data(), like.type, dnnl_format_tag_any);
}

std::string to_string(const_dnnl_memory_desc_t desc, bool asked_any) {
    const desc_view v = view_of(desc);
    if (v.absent()) return "undef::undef:::";
    std::string text = std::string(type_name(v.type)) + (asked_any ? ":a:" : "::");
    if (const auto layout = packed_layout(desc))
        return text + "packed:" + tile_of(layout->tile).name + "::f0";
    if (v.any()) return text + "any:any::f0";
    if (!v.strided) return text + "blocked:*::f0";
    return text + "blocked:" + tag_of(v) + "::f0";
}

} // namespace winodnn
